// A form as the JSON that the API takes. A change (PATCH) holds only what was changed.
//   component:<id>   goes into `components`: with its status, or alone if it is a checkbox
//   data-zone        a local time, sent as an instant
//   data-json        a value that is JSON already
//   data-blank=null  left empty it says null; anything else left empty is not given
import { instant } from "./zone.js";

const GIVEN = "button, fieldset, output, [type=hidden], [type=radio]"; // never a change by itself

export function bodyOf(form, submitter) {
  const isChange = form.dataset.method === "PATCH";
  const body = {};
  for (const control of controlsOf(form, submitter)) {
    if (isChange && !isChanged(control)) continue;
    const value = valueOf(control);
    if (value === undefined) continue;
    if (control.name.startsWith("component:")) (body.components ??= []).push(claimOf(control));
    else body[control.name] = value;
  }
  return body;
}

// What has to be filled in and is not.
export function missingOf(form) {
  return [...form.elements].filter((control) => control.required && !control.value.trim());
}

function controlsOf(form, submitter) {
  return [...form.elements].filter((control) => {
    if (!control.name || control.disabled || control.matches("fieldset")) return false;
    if (control.matches("button")) return control === submitter;
    return control.type !== "radio" || control.checked;
  });
}

function valueOf(control) {
  if (control.name.startsWith("component:")) {
    return control.type === "checkbox" ? control.checked || undefined : control.value || undefined;
  }
  if (control.type === "checkbox") return control.checked;
  if ("json" in control.dataset) return JSON.parse(control.value);
  if (!control.value.trim() && control.type !== "password") {
    return control.dataset.blank === "null" ? null : undefined;
  }
  return control.dataset.zone ? instant(control.value, control.dataset.zone) : control.value;
}

function claimOf(control) {
  const component = control.name.slice("component:".length);
  return control.type === "checkbox" ? { component } : { component, status: control.value };
}

// Whether somebody is filling it in.
export function isTouched(form) {
  return [...form.elements].some((control) => !control.matches(GIVEN) && isChanged(control));
}

function isChanged(control) {
  if (control.matches(GIVEN)) return true;
  if (control.type === "checkbox") return control.checked !== control.defaultChecked;
  if (control.matches("select")) {
    const chosen = [...control.options].find((option) => option.defaultSelected);
    return control.value !== (chosen ?? control.options[0])?.value;
  }
  return control.value !== control.defaultValue;
}
