// Forms with `data-api` are sent to the JSON API, each filling once, whatever happens on the way:
// the same filling has the same Idempotency-Key until it is known what became of it.
//   data-method   PATCH or DELETE, where a form has no word for it
//   data-etag     what was shown: the settings, or the newest update (If-Match)
//   data-anyway   the button that sends it although that has changed
//   data-many     is empty as soon as it is sent, so that the next one can be filled in
//   data-go       where to go afterwards; {id} is the answer's
//   data-then     what to show in place instead of this same screen; data-back: what gets the focus
//   data-said     what is said when it is done, {name} is a field of the answer; a button's own comes first
//   data-undo     the button that was pressed before takes it back
//   data-reveals  the dialog that shows a secret of the answer
import { bodyOf, faultsOf } from "./body.js";
import { drop } from "./drafts.js";
import { changesOf, fillingOf, isTouched, putChanges, settle } from "./filling.js";
import { arrive } from "./login.js";
import { reveal } from "./secret.js";
import { button, clear, problem, say } from "./say.js";
import { show } from "./swap.js";
import { newKey, write } from "./write.js";

const keys = new WeakMap(); // by form: the key of each text whose outcome is not known
const turns = new WeakMap(); // by form: what is sent last

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-api]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("form[data-api] textarea")) return;
  event.target.form.requestSubmit(event.target.form.querySelector(".primary"));
});

async function send(form, submitter) {
  const isMany = "many" in form.dataset;
  if (form.ariaBusy === "true" && !(isMany && isTouched(form))) return;
  clear(form);
  const faults = faultsOf(form);
  const [error] = Object.values(faults);
  if (error) return problem(form, { error, fields: faults });
  form.ariaBusy = "true";
  const body = await bodyOf(form, submitter);
  const sent = { submitter, body, filling: fillingOf(form), changes: changesOf(form), at: document.activeElement };
  sent.before = "undo" in form.dataset ? form.querySelector("[aria-pressed=true]") : null;
  if (isMany) form.reset();
  submitter?.classList.add("pending");
  const turn = (turns.get(form) ?? Promise.resolve()).then(() => ask(form, body));
  turns.set(form, turn);
  const outcome = await turn;
  if (turns.get(form) === turn) {
    form.ariaBusy = null;
    submitter?.classList.remove("pending");
  }
  await (outcome.ok ? done : refused)(form, outcome, sent);
}

async function ask(form, body) {
  const method = form.dataset.method ?? "POST";
  const isEmpty = !Object.keys(body).length;
  if (method === "PATCH" && isEmpty) return { ok: true, data: {}, said: "No changes to save." };
  const text = method === "DELETE" && isEmpty ? undefined : JSON.stringify(body);
  const key = keyOf(form, text);
  const outcome = await write(method, form.getAttribute("action"), text, { key, etag: form.dataset.etag });
  if (outcome.isKnown) keys.get(form).delete(text);
  return outcome;
}

function keyOf(form, text) {
  if (!keys.has(form)) keys.set(form, new Map());
  const mine = keys.get(form);
  if (!mine.has(text)) mine.set(text, newKey());
  return mine.get(text);
}

async function done(form, { data, said }, { submitter, filling, before }) {
  const { go, then, back, method } = form.dataset;
  if (go) {
    form.reset();
    drop(form);
    return location.assign(go.replace("{id}", encodeURIComponent(data.id)));
  }
  if ("login" in form.dataset) return arrive(form, data);
  const isMore = "many" in form.dataset ? isTouched(form) : settle(form, filling, method === "PATCH");
  if (!isMore) drop(form);
  if (method === "DELETE") forgetPart(form);
  if (!isMore) form.closest("dialog")?.close();
  if (before) press(form, submitter);
  const undo = before && before !== submitter ? [button("Undo", () => send(form, before))] : [];
  const sentence = said ?? submitter?.dataset.said ?? form.dataset.said ?? "Done.";
  say(sentence.replace(/\{(\w+)\}/g, (_, name) => data?.[name] ?? ""), ...undo);
  if (form.dataset.reveals) reveal(form.dataset.reveals, data.key);
  const elsewhere = isMore ? {} : { url: then, push: Boolean(then), back };
  await show(elsewhere.url, { ...elsewhere, from: form }).catch(() =>
    say("Saved, but this screen could not be refreshed. Reload the page."),
  );
}

// At once: who presses the next one before the screen is refreshed undoes to this one.
function press(form, pressed) {
  for (const each of form.querySelectorAll("[aria-pressed]")) each.ariaPressed = String(each === pressed);
}

// What is deleted takes the forms of its row along, with what was typed into them.
function forgetPart(form) {
  for (const other of form.closest("li")?.querySelectorAll(":scope > :not(ul) form, :scope > form") ?? []) {
    other.reset();
    drop(other);
  }
}

function refused(form, outcome, sent) {
  const more = [];
  if ("many" in form.dataset) giveBack(form, sent.changes, more);
  if (outcome.code === "CONFLICT" && "anyway" in form.dataset) {
    const latest = outcome.data?.latestUpdate;
    form.dataset.etag = latest?.id ?? ""; // seen now
    if (latest) more.push(quote(latest));
    more.push(button(form.dataset.anyway, () => send(form, sent.submitter)));
    show().catch(() => {});
  } else if (outcome.code === "CONFLICT" && form.dataset.etag) {
    more.push(button("Show the current values", () => { form.reset(); drop(form); show(); }));
  }
  const isElsewhere = ![sent.at, document.body, null].includes(document.activeElement);
  problem(form, { error: "Something went wrong on our side. Try again.", ...outcome }, { more, isElsewhere });
}

// The next one may be half filled in by now.
function giveBack(form, changes, more) {
  if (isTouched(form)) more.push(button("Show the sent text", () => putChanges(form, changes)));
  else putChanges(form, changes);
}

function quote({ state, body }) {
  const said = `${state.replace("_", " ")}${body ? `: ${body}` : ""}`;
  return Object.assign(document.createElement("q"), { textContent: said, dir: "auto" });
}
