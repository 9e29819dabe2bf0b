// What was typed and not sent yet, kept in this tab (sessionStorage) by account, path and form: through
// reload, login and navigation. Never a form with a password; another account's drafts go.
import { changesOf, isTouched, putChanges, tellChange } from "./filling.js";
import { button } from "./say.js";

const PREFIX = "draft ";
const storage = available();
const { account } = document.body.dataset;
const restored = new WeakSet();

const isKeeping = (form) => Boolean(account && form.id && form.matches("[data-api]") && !form.querySelector("[type=password]"));
const keyOf = (form) => `${PREFIX}${account} ${location.pathname} ${form.id}`;

function keep(form) {
  if (!isKeeping(form)) return;
  const changes = changesOf(form);
  if (!Object.keys(changes).length) return drop(form);
  const text = JSON.stringify({ changes, etag: form.dataset.etag });
  if (text === stored(form)) return;
  const isStored = store(keyOf(form), text);
  tell(form, isStored ? "Draft saved in this tab." : "This browser stores no drafts. Send the form before you leave.");
}

function available() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

function store(key, text) {
  try {
    storage.setItem(key, text);
    return true;
  } catch {
    storage?.removeItem(key); // an older text would come back in place of this one
    return false;
  }
}

const stored = (form) => storage?.getItem(keyOf(form)) ?? null;

export function drop(form) {
  if (!isKeeping(form)) return;
  storage?.removeItem(keyOf(form));
  lineOf(form)?.remove();
}

export function dropOthers(mine = account) {
  for (const key of Object.keys(storage ?? {})) {
    if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${mine} `)) storage.removeItem(key);
  }
}

function restoreAll() {
  for (const form of document.forms) {
    if (restored.has(form) || !isKeeping(form)) continue;
    restored.add(form);
    const text = stored(form);
    if (text) restore(form, JSON.parse(text));
  }
}

// With the etag of what was seen when it was typed: what was changed since is told by the API.
function restore(form, { changes, etag }) {
  if (etag) form.dataset.etag = etag;
  putChanges(form, changes);
  if (!isTouched(form)) return drop(form);
  for (const closed of form.querySelectorAll("details")) {
    closed.open ||= [...closed.querySelectorAll("[name]")].some((control) => Object.hasOwn(changes, control.name));
  }
  tell(form, "Draft restored.", button("Discard", () => discard(form)));
}

function discard(form) {
  form.reset();
  drop(form);
  tellChange(form);
}

const lineOf = (form) => form.querySelector(":scope > .draft");

function tell(form, ...parts) {
  const line = lineOf(form) ?? Object.assign(document.createElement("p"), { className: "m draft" });
  line.dataset.made = "yes";
  line.replaceChildren(...parts.flatMap((part) => [part, " "]));
  if (!line.isConnected) form.insertBefore(line, form.querySelector(":scope > .acts:last-of-type"));
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    const form = target.form ?? target.closest("form");
    if (form) keep(form);
  });
}
document.addEventListener("swapped", restoreAll);
// A draft outlives the screen; a chosen file does not, and neither what could not be stored.
addEventListener("beforeunload", (event) => {
  const isLost = (form) => form.querySelector("[type=file]")?.value || (isKeeping(form) && isTouched(form) && stored(form) === null);
  if (account && [...document.forms].some(isLost)) event.preventDefault();
});
if (account) {
  dropOthers();
  restoreAll();
}
