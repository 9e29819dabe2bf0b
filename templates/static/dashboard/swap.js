// The screen, asked for again and put in place of what is shown: nodes that stay the same stay where
// they are, with their focus, their scrolling and what was typed into them.
import { isTouched } from "./body.js";

const PARTS = ["rail", "main"];
const THEIRS = new Set(["open"]); // the owner's doing, not the server's
let latest = 0;

// `push` puts the address into the history; `back` is the id of what gets the focus.
export async function show(url = location.href, { push = false, back = null } = {}) {
  const asked = ++latest;
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (asked !== latest) return;
  if (!answer.ok || answer.redirected || !fresh.getElementById("rail")) {
    location.assign(answer.redirected ? answer.url : url);
    return;
  }
  const held = document.activeElement?.id;
  for (const id of PARTS) morph(document.getElementById(id), fresh.getElementById(id));
  document.title = fresh.title;
  if (push && new URL(url, location.href).href !== location.href) history.pushState(null, "", url);
  focus(back ?? held, push && !back);
}

function focus(id, isArrival) {
  const first = isArrival && [...document.querySelectorAll("main [autofocus]")]
    .find((node) => !node.closest("dialog"));
  const wanted = first || (id && document.getElementById(id));
  if (wanted && wanted !== document.activeElement) wanted.focus({ preventScroll: !first });
}

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.matches("[data-held]")) return; // only this tab knows what is in it
  // What is being filled in is sent with the etag of what was seen, or two tabs would overwrite.
  if (old.matches("form[data-etag]") && isTouched(old)) return;
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !THEIRS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !THEIRS.has(name)) old.setAttribute(name, value);
  }
  morphChildren(old, [...fresh.childNodes]);
}

function morphChildren(old, wanted) {
  const kept = new Map([...old.children].filter((node) => node.id).map((node) => [node.id, node]));
  const coming = new Set(wanted.map((node) => node.id).filter(Boolean));
  let place = old.firstChild;
  for (const node of wanted) {
    const same = node.id ? kept.get(node.id) : fitting(place, node, coming);
    if (!same) old.insertBefore(node, place);
    else {
      // What lies between and stays nowhere goes first: a dialog that is moved is no longer open.
      while (place && place !== same && !coming.has(place.id)) {
        const next = place.nextSibling;
        place.remove();
        place = next;
      }
      if (same === place) place = place.nextSibling;
      else old.insertBefore(same, place);
      morph(same, node);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
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
// Who comes back to a tab sees what happened meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) show().catch(() => {});
});
addEventListener("popstate", () => show().catch(() => location.reload()));
