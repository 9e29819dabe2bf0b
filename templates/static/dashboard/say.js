// What is said of a form: beside the field that it is about, else at the form's top; and what is
// said of the whole, in a line that goes after some seconds.
const STAYS_MS = 6000;
const OFFERED_MS = 10_000; // with something to press
let going;

export function say(sentence, ...more) {
  const line = document.getElementById("said");
  clearTimeout(going);
  line.replaceChildren(sentence, ...more);
  for (const node of more) node.addEventListener("click", () => line.replaceChildren(), { once: true });
  going = setTimeout(() => fade(line), more.length ? OFFERED_MS : STAYS_MS);
}

function fade(line) {
  if (line.contains(document.activeElement)) going = setTimeout(() => fade(line), STAYS_MS);
  else line.replaceChildren();
}

export function clear(form) {
  for (const line of form.querySelectorAll(".problem")) hide(line);
  for (const control of form.querySelectorAll("[aria-invalid]")) validate(control);
}

export function validate(control) {
  control.removeAttribute("aria-invalid");
  const kept = (control.getAttribute("aria-describedby") ?? "").replace(/\S+-problem/, "").trim();
  if (kept) control.setAttribute("aria-describedby", kept);
  else control.removeAttribute("aria-describedby");
}

function hide(line) {
  if (line.dataset.made) return line.remove();
  line.hidden = true;
  line.replaceChildren();
  delete line.dataset.sums;
}

// What is wrong with a field is said until the field is mended; the form's summary until the last is.
document.addEventListener("input", ({ target }) => {
  const { form } = target;
  if (!form || target.matches("[data-finds]")) return; // a search mends nothing
  if (target.matches("[aria-invalid]")) {
    validate(target);
    document.getElementById(`${target.id}-problem`)?.remove();
  }
  const group = target.closest("fieldset")?.querySelector("[data-for]");
  if (group) hide(group);
  if (form.querySelector("[aria-invalid], [data-for]:not([hidden])")) return;
  for (const line of form.querySelectorAll("[data-sums]")) hide(line);
});

// The focus goes to the first fault, unless it is where somebody goes on typing.
export function problem(form, { error, fields = {} }, { more = [], isElsewhere = false } = {}) {
  clear(form);
  const all = Object.entries(fields);
  const lost = all.filter(([path, sentence]) => !beside(form, path, sentence)).map(([, sentence]) => sentence);
  if (!all.length || lost.length) atTop(form, plain(lost.join(" ") || error), more, lost.length > 0);
  if (isElsewhere) return;
  const first = form.querySelector("[aria-invalid], [data-for]:not([hidden])");
  for (let fold = first?.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
  (first ?? form.querySelector(".problem:not([hidden])"))?.scrollIntoView({ block: "nearest" });
  (first?.matches("[data-for]") ? firstOf(first.closest("fieldset")) : first)?.focus();
}

export function button(text, pressed) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", pressed);
  return made;
}

const firstOf = (group) => group.querySelector("input:not([type=hidden]), select, button");

function atTop(form, sentence, more, isOfFields) {
  const line = form.querySelector(".problem:not([data-for]):not([data-made])");
  if (!line) return say(sentence);
  line.replaceChildren(sentence, ...more.flatMap((node) => [" ", node]));
  if (isOfFields) line.dataset.sums = "yes";
  line.hidden = false;
}

export function beside(form, path, sentence) {
  const [outer] = path.split(/[.[]/);
  const ready = form.querySelector(`[data-for="${CSS.escape(outer)}"]`);
  if (ready) {
    ready.textContent = plain(sentence);
    ready.hidden = false;
    return true;
  }
  const named = (name) => form.querySelector(`:is(.field, .check) [name="${CSS.escape(name)}"]`);
  const control = named(path) ?? named(outer);
  if (!control) return false;
  const id = `${control.id}-problem`;
  const line = Object.assign(document.createElement("p"), { id, className: "problem" });
  line.dataset.made = "yes";
  line.setAttribute("role", "alert");
  line.textContent = plain(sentence);
  const field = control.closest(".field");
  if (field) field.append(line);
  else control.closest(".check").after(line);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
  return true;
}

// A sentence of the API names its field for programs too, in brackets: "The start (startedAt) …".
export function plain(sentence) {
  return sentence.replace(/ \([a-z][\w.[\]]*\)/g, "");
}
