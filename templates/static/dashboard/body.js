// A form as the JSON that the API takes. A change (PATCH) holds only what was changed.
//   component:<id>   goes into `components`: with its status, or alone if it is a checkbox
//   data-zone        a local time, sent as an instant
//   data-json        a value that is JSON already
//   data-blank=null  left empty it says null; anything else left empty is not given
//   data-list        its rows are a list, without the empty ones at the end; a change has it whole
//   a.b              goes into an object: {"a": {"b": …}}
//   type=file        is sent as a data: URL
//   data-missing     what is said while a required control is empty
//   data-repeats     has to repeat this text before the form is sent, and is not sent itself
import { FIELDS, isChanged } from "./filling.js";
import { isFilled, rowsOf } from "./rows.js";
import { instant } from "./zone.js";

const ALWAYS = "button, [type=hidden], [type=radio]"; // part of a change, whatever was changed

export async function bodyOf(form, submitter) {
  const isChange = form.dataset.method === "PATCH";
  const body = {};
  for (const control of controlsOf(form, submitter)) {
    if (isChange && !control.matches(ALWAYS) && !isChanged(control)) continue;
    const value = await valueOf(control);
    if (value === undefined) continue;
    if (control.name.startsWith("component:")) (body.components ??= []).push(claimOf(control));
    else put(body, control.name, value);
  }
  for (const list of form.querySelectorAll("[data-list]")) {
    if (!isChange || [...list.querySelectorAll(FIELDS)].some(isChanged)) body[list.dataset.list] = entriesOf(list);
  }
  return body;
}

function put(body, path, value) {
  const [name, ...rest] = path.split(".");
  if (rest.length) put((body[name] ??= {}), rest.join("."), value);
  else body[name] = value;
}

function entriesOf(list) {
  const rows = rowsOf(list);
  return rows.slice(0, rows.findLastIndex(isFilled) + 1).map((row) => {
    const filled = [...row.querySelectorAll(FIELDS)].filter(({ value }) => value.trim());
    return Object.fromEntries(filled.map(({ name, value }) => [name.split(".").pop(), value]));
  });
}

// What is wrong before anybody is asked: a sentence by name.
export function faultsOf(form) {
  const faults = {};
  for (const { name, required, value, dataset } of form.elements) {
    if (required && !value.trim()) faults[name] = dataset.missing;
    if (dataset.repeats && plain(value) !== plain(dataset.repeats)) faults[name] = `Type “${dataset.repeats}” to confirm.`;
  }
  return faults;
}

const plain = (text) => text.normalize("NFC").trim().replace(/\s+/gu, " ");

function controlsOf(form, submitter) {
  return [...form.elements].filter((control) => {
    if (!control.name || control.disabled || control.dataset.repeats || control.matches("fieldset")) return false;
    if (control.closest("[data-list]")) return false;
    if (control.matches("button")) return control === submitter;
    return control.type !== "radio" || control.checked;
  });
}

function valueOf(control) {
  if (control.name.startsWith("component:")) {
    return control.type === "checkbox" ? control.checked || undefined : control.value || undefined;
  }
  // Left at its default it is not sent: the API knows the default of each case.
  if ("whenOff" in control.dataset) return control.checked ? undefined : false;
  if (control.type === "checkbox") return control.checked;
  if (control.type === "file") return control.files[0] && dataUrl(control.files[0]);
  if ("json" in control.dataset) return JSON.parse(control.value);
  if (!control.value.trim() && control.type !== "password") {
    return control.dataset.blank === "null" ? null : undefined;
  }
  return control.dataset.zone ? instant(control.value, control.dataset.zone) : control.value;
}

function dataUrl(file) {
  return new Promise((go, fail) => {
    const reader = new FileReader();
    reader.onload = () => go(reader.result);
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}

function claimOf(control) {
  const component = control.name.slice("component:".length);
  return control.type === "checkbox" ? { component } : { component, status: control.value };
}
