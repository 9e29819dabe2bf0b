// What is said of a form: beside the field that it is about, else at the form's top; and what is
// said of the whole, in a line that goes by itself.
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
  for (const line of form.querySelectorAll(".problem")) {
    if (line.dataset.made) line.remove();
    else {
      line.hidden = true;
      line.replaceChildren();
    }
  }
  for (const control of form.querySelectorAll("[aria-invalid]")) validate(control);
}

export function validate(control) {
  control.removeAttribute("aria-invalid");
  const kept = (control.getAttribute("aria-describedby") ?? "").replace(/\S+-problem/, "").trim();
  if (kept) control.setAttribute("aria-describedby", kept);
  else control.removeAttribute("aria-describedby");
}

// What is wrong with a field is said until it is mended.
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[aria-invalid]")) return;
  validate(target);
  document.getElementById(`${target.id}-problem`)?.remove();
});

// The focus goes to the first fault, unless it is where somebody goes on typing.
export function problem(form, { error, fields = {} }, { more = [], isElsewhere = false } = {}) {
  clear(form);
  const lines = Object.entries(fields).map(([path, sentence]) => beside(form, path, sentence));
  if (!lines.length || lines.includes(false)) atTop(form, readable(form, error), more);
  const first = form.querySelector("[aria-invalid]");
  if (!isElsewhere) (first ?? form.querySelector(".problem:not([hidden])"))?.scrollIntoView({ block: "nearest" });
  if (!isElsewhere) first?.focus();
}

export function button(text, pressed) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", pressed);
  return made;
}

function atTop(form, sentence, more) {
  const line = form.querySelector(".problem:not([data-for]):not([data-made])");
  if (!line) return say(sentence);
  line.replaceChildren(sentence, ...more.flatMap((node) => [" ", node]));
  line.hidden = false;
}

export function beside(form, path, sentence) {
  const [outer] = path.split(/[.[]/);
  const ready = form.querySelector(`[data-for="${CSS.escape(outer)}"]`);
  if (ready) {
    ready.textContent = readable(form, sentence);
    ready.hidden = false;
    return true;
  }
  const named = (name) => form.querySelector(`.field [name="${CSS.escape(name)}"]`);
  const control = named(path) ?? named(outer);
  if (!control) return false;
  const id = `${control.id}-problem`;
  const line = Object.assign(document.createElement("p"), { id, className: "problem" });
  line.dataset.made = "yes";
  line.setAttribute("role", "alert");
  line.textContent = readable(form, sentence, control);
  control.closest(".field").append(line);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
  return true;
}

// The API names fields as the wire does; people read the labels. What a sentence is not about is
// named by compound names only: "currentPassword is not this account's password."
function readable(form, sentence, about = null) {
  let said = sentence;
  for (const control of form.querySelectorAll(".field [name]")) {
    const label = control.labels?.[0]?.textContent.trim().replace(/[?.]$/, "");
    const isPlain = control !== about && /^[a-z]+$/.test(control.name);
    const name = new RegExp(`${isPlain ? "^" : "\\b"}${control.name.replace(/[[\].]/g, "\\$&")}\\b`, "g");
    if (label) said = said.replace(name, `“${label}”`);
  }
  return said;
}
