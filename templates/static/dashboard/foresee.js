// What a form would do, asked again whenever it changes while somebody looks.
//   data-foresees   the preview's address      data-of     the form's id
//   data-part       which document is framed   data-now    what is framed while nothing would change
//   data-titled     only the message is shown, with this title where the form has none
import { bodyOf, faultsOf } from "./body.js";
import { plain } from "./say.js";
import { write } from "./write.js";

const PAUSE_MS = 600; // the server makes two a second
const AGAIN_MS = 1500; // after a refusal for want of time
const MISSES = 5; // refusals in a row after which only a change asks again
const NAMED = 3; // components that are named
const held = new WeakMap(); // by holder: the timer, what was asked last, and how often
let last = Promise.resolve(); // one at a time: a newer preview of a session replaces the one before

document.addEventListener("opened", ({ target }) => {
  if (target.matches("[data-foresees]")) ask(target);
});
document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details[data-foresees]") && target.open) ask(target);
}, true);
for (const kind of ["input", "change", "reset"]) {
  document.addEventListener(kind, ({ target }) => {
    const id = (target.form ?? target).id;
    const holders = id ? document.querySelectorAll(`[data-of="${CSS.escape(id)}"]`) : [];
    for (const holder of holders) if (holder.open !== false) later(holder);
  });
}

function of(holder) {
  if (!held.has(holder)) held.set(holder, { turn: 0, misses: 0 });
  return held.get(holder);
}

function later(holder, pause = PAUSE_MS) {
  clearTimeout(of(holder).timer);
  of(holder).timer = setTimeout(() => ask(holder), pause);
}

async function ask(holder) {
  const form = document.getElementById(holder.dataset.of);
  if (!form) return; // it was sent, and the screen goes on without it
  const body = "titled" in holder.dataset ? messageOf(form, holder) : await bodyOf(form, null);
  const text = JSON.stringify(body);
  const state = of(holder);
  if (text === state.text) return;
  state.text = text;
  const turn = ++state.turn;
  if (Object.keys(faultsOf(form)).length) return tell(holder, "The preview follows once the required fields are filled in.");
  if (holder.dataset.now && !Object.keys(body).length) return show(holder, holder.dataset.now, "");
  last = last.then(() => turn === state.turn && write("POST", holder.dataset.foresees, text, { isAsked: false }));
  const outcome = await last;
  if (turn !== state.turn) return; // something else was typed meanwhile
  if (outcome.ok) state.misses = 0;
  if (outcome.ok) show(holder, outcome.data[holder.dataset.part], "titled" in holder.dataset ? "" : summary(outcome.data));
  else {
    state.text = null; // the same may be asked again
    tell(holder, plain(outcome.error));
    const isBusy = !outcome.isKnown || outcome.code === "RATE_LIMITED";
    if (isBusy && ++state.misses <= MISSES) later(holder, AGAIN_MS);
  }
}

// A message that is no write of its own yet, shown as that of an incident.
function messageOf({ elements }, { dataset }) {
  return { title: elements.title?.value || dataset.titled, body: elements.body.value };
}

const CHANNELS = { email: "by e-mail", webhook: "by webhook", slack: "in Slack", discord: "in Discord", teams: "in Teams" };

function summary({ headline, components, recipients }) {
  const changes = components.slice(0, NAMED).map(({ name, label }) => `${name} becomes ${label}`);
  if (components.length > NAMED) changes.push(`${components.length - NAMED} more change`);
  const counts = Object.entries(recipients).map(([channel, count]) => `${count} ${CHANNELS[channel]}`);
  const hearing = counts.length ? ` ${counts.join(", ")} will be notified.` : "";
  return `${headline}; ${changes.join(", ") || "no component changes"}.${hearing}`;
}

function show(holder, path, sentence) {
  tell(holder, sentence);
  const frame = path && holder.querySelector("iframe"); // a step only tells; a preview within it frames
  if (!frame) return;
  frame.hidden = false;
  frame.contentWindow.location.replace(path); // not `src`: that would be a step for the Back button
}

function tell(holder, sentence) {
  holder.querySelector("[role=status]").textContent = sentence;
}
