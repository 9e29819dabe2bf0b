// What is filled into a form: which controls were changed, and their values.
export const FIELDS = "input, select, textarea";
const FIXED = "[type=hidden], [type=button], [type=submit]"; // nobody fills these in

const fieldsOf = (form) => [...form.elements].filter((control) => control.matches(FIELDS) && !control.matches(FIXED));
const isTicked = (control) => control.matches("[type=checkbox], [type=radio]");
const read = (control) => (isTicked(control) ? control.checked : control.value);
const initial = (control) => {
  if (isTicked(control)) return control.defaultChecked;
  if (!control.matches("select")) return control.defaultValue;
  return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
};

function put(control, value) {
  if (isTicked(control)) control.checked = value;
  else if (control.value !== value) control.value = value;
}

export function isChanged(control) {
  return control.matches(FIELDS) && !control.matches(FIXED) && read(control) !== initial(control);
}

export function isTouched(form) {
  return fieldsOf(form).some(isChanged);
}

// Whether a part of the screen has a field that somebody is at, or has changed.
export function holdsFilling(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  const fields = node.matches(FIELDS) ? [node] : [...node.querySelectorAll(FIELDS)];
  return fields.some((field) => field === document.activeElement || isChanged(field));
}

// The changes by name; of radio buttons the value of the chosen one. Never a secret.
export function changesOf(form) {
  const changes = {};
  for (const control of fieldsOf(form)) {
    if (!control.name || !isChanged(control) || control.matches("[type=password], [type=file]")) continue;
    if (control.type !== "radio") changes[control.name] = read(control);
    else if (control.checked) changes[control.name] = control.value;
  }
  return changes;
}

export function putChanges(form, changes) {
  for (const control of fieldsOf(form)) {
    if (!Object.hasOwn(changes, control.name)) continue;
    const value = changes[control.name];
    put(control, control.type === "radio" ? control.value === value : value);
  }
  tellChange(form);
}

// For what follows a form: a preview, a count, a draft.
export function tellChange(form) {
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

export function fillingOf(form) {
  return new Map(fieldsOf(form).map((control) => [control, read(control)]));
}

// After a filling was stored: a change is the new state, anything else is empty again. What was typed
// since it was sent stays. Returns whether there is any.
export function settle(form, sent, isChange) {
  let isMore = false;
  for (const control of fieldsOf(form)) {
    const was = sent.get(control), is = read(control);
    if (is === was && isChange) adopt(control);
    else if (is === was) put(control, initial(control));
    else if (is !== initial(control)) {
      isMore = true;
      if (!isChange && typeof is === "string" && was && is.startsWith(was)) put(control, is.slice(was.length));
    }
  }
  tellChange(form);
  return isMore;
}

function adopt(control) {
  if (control.type === "file") control.value = "";
  else if (isTicked(control)) control.defaultChecked = control.checked;
  else if (!control.matches("select")) control.defaultValue = control.value;
  else for (const option of control.options) option.defaultSelected = option.selected;
}

// A fresh field of the server's in place of one that nobody has changed.
export function takeValue(control, fresh) {
  put(control, initial(fresh));
}
