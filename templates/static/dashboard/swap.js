// The screen, asked for again and put in place of what is shown: nodes that stay the same stay where
// they are, with their focus and their scrolling. A field that has the focus or was changed is never
// replaced, and neither removed, unless somebody goes elsewhere.
import { FIELDS, holdsFilling, isChanged, isTouched, takeValue } from "./filling.js";
import { isLogin, logIn } from "./login.js";
import { say } from "./say.js";

const PARTS = ["rail", "main"];
const THEIRS = new Set(["open", "aria-busy", "aria-invalid"]); // the owner's doing, not the server's
const OURS = "[data-held], .problem"; // only this tab knows what is in it
let latest = 0;
let underway = 0;
let isLeaving = false; // somebody goes elsewhere: what is typed here is a draft
let spent = null; // the form that was sent just now
let spentEtag; // what it was based on: its own change is seen by all that were based on the same

export const isShowing = () => underway > 0;

// `push` puts the address into the history; `back` is the id of what gets the focus; `from` is the
// form after which the screen is shown; a screen that is asked for by nobody `isQuiet`.
export async function show(url = location.href, { push = false, back = null, from = null, isQuiet = false } = {}) {
  const asked = ++latest;
  underway++;
  try {
    const { answer, fresh } = await read(url, isQuiet);
    if (asked !== latest) return;
    if (!fresh) return lose(answer, url, push);
    const held = document.activeElement?.id;
    [isLeaving, spent, spentEtag] = [push, from, from?.dataset.etag];
    for (const id of PARTS) morph(document.getElementById(id), fresh.getElementById(id));
    document.title = fresh.title;
    if (push && new URL(url, location.href).href !== location.href) history.pushState(null, "", url);
    focus(back ?? held, push && !back, from);
    document.dispatchEvent(new Event("swapped"));
  } finally {
    underway--;
  }
}

// The document, if it is a screen of this owner's; the login stands in place of none.
async function read(url, isQuiet) {
  for (;;) {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    if (answer.redirected && isLogin(answer.url) && (await logIn({ isQuiet }))) continue;
    if (answer.status >= 500) throw new Error(`${url}: ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const isOurs = fresh.getElementById("rail") && fresh.body.dataset.account === document.body.dataset.account;
    return { answer, fresh: answer.ok && !answer.redirected && isOurs ? fresh : null };
  }
}

function lose(answer, url, push) {
  if (answer.redirected && isLogin(answer.url)) return; // somebody would not log in: all stays
  if (!push && holdsFilling(document.getElementById("main"))) say("This is no longer here. Your text stays until you leave this screen.");
  else location.assign(answer.redirected ? answer.url : url);
}

// The focus stays with somebody who is typing elsewhere by now.
function focus(id, isArrival, from) {
  const here = document.activeElement;
  if (!isArrival && here?.matches(FIELDS) && !from?.contains(here)) return;
  const first = isArrival && [...document.querySelectorAll("main [autofocus]")]
    .find((node) => !node.closest("dialog"));
  const wanted = first || (id && document.getElementById(id));
  if (wanted && wanted !== here) wanted.focus({ preventScroll: !first });
}

function stays(node) {
  if (isLeaving || !holdsFilling(node)) return false;
  return !spent || !(node.contains(spent) || spent.contains(node)) || isTouched(spent);
}

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    if (!stays(old)) old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.matches(OURS)) return;
  // What is being filled in is sent with the etag of what was seen, or two tabs would overwrite.
  if (old.matches("form[data-etag]") && isTouched(old)) {
    if (spentEtag && old.dataset.etag === spentEtag) old.dataset.etag = fresh.dataset.etag;
    return;
  }
  if (old.matches(FIELDS)) return morphField(old, fresh);
  morphAttributes(old, fresh);
  morphChildren(old, [...fresh.childNodes]);
}

function morphField(old, fresh) {
  const group = old.type === "radio" && old.form ? [...old.form.elements].filter(({ name }) => name === old.name) : [old];
  if (group.some(isChanged) || (old === document.activeElement && !isLeaving)) return;
  morphAttributes(old, fresh);
  if (!old.matches("input")) morphChildren(old, [...fresh.cloneNode(true).childNodes]);
  takeValue(old, fresh);
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !THEIRS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !THEIRS.has(name)) old.setAttribute(name, value);
  }
}

function morphChildren(old, wanted) {
  const kept = new Map([...old.children].filter((node) => node.id).map((node) => [node.id, node]));
  const coming = new Set(wanted.map((node) => node.id).filter(Boolean));
  let place = passed(old.firstChild);
  for (const node of wanted) {
    const same = node.id ? kept.get(node.id) : fitting(place, node, coming);
    if (!same) old.insertBefore(node, place);
    else {
      // What lies between and stays nowhere goes first: a dialog that is moved is no longer open.
      while (place && place !== same && !coming.has(place.id)) place = removed(place);
      if (same === place) place = passed(place.nextSibling);
      else if (old.moveBefore) old.moveBefore(same, place); // keeps the focus, and what is open
      else old.insertBefore(same, place);
      morph(same, node);
    }
  }
  while (place) place = removed(place);
}

// Lines that scripts have put here are theirs.
function passed(place) {
  let next = place;
  while (next?.dataset?.made) next = next.nextSibling;
  return next;
}

function removed(place) {
  const next = passed(place.nextSibling);
  if (!stays(place)) place.remove();
  return next;
}

function fitting(place, node, coming) {
  const isAlike = place && place.nodeName === node.nodeName && !place.id;
  return isAlike && !coming.has(place.id) ? place : null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.href, { push: true, back: link.dataset.back }).catch(() => location.assign(link.href));
});
addEventListener("popstate", () => show(location.href, { push: true }).catch(() => location.reload()));
