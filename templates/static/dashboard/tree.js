// Moving nodes of the tree: by the arrow keys on their grip, by the buttons of their form, by hand.
// `position` counts the siblings among which the node will stand, without itself.
import { say } from "./say.js";
import { write } from "./write.js";
import { show } from "./swap.js";

const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "into" };
const STARTS_PX = 5;
const EDGE = 0.3; // of a category's row: there one is put beside it, between them into it
let drag = null;
let isMoving = false;

const nodeOf = (inner) => inner.closest("[data-node]");
const siblingsOf = (node) => [...node.parentElement.children];
const parentOf = (list) => list.dataset.parent || null;

function wayOf(node, way) {
  const siblings = siblingsOf(node);
  const index = siblings.indexOf(node);
  const holder = nodeOf(node.parentElement);
  const beside = holder && { parent: parentOf(holder.parentElement) };
  const at = holder && siblingsOf(holder).indexOf(holder);
  if (way === "up") return index ? { position: index - 1 } : beside && { ...beside, position: at };
  if (way === "down" && index < siblings.length - 1) return { position: index + 1 };
  if (way === "down" || way === "out") return beside && { ...beside, position: at + 1 };
  const above = siblings.slice(0, index).reverse();
  const into = [...above, ...siblings.slice(index + 1)].find((node) => node.matches(".category"));
  return into && { parent: into.dataset.node };
}

async function move(node, where) {
  if (isMoving) return;
  if (!where) return say("The component can't move further in that direction.");
  isMoving = true;
  node.classList.add("pending");
  const path = document.getElementById(`toggle-${node.dataset.node}`).getAttribute("action");
  const outcome = await write("PATCH", path, JSON.stringify(where));
  node.classList.remove("pending");
  isMoving = false;
  say(outcome.ok ? "Moved." : outcome.error);
  if (outcome.ok) await show();
}

document.addEventListener("click", (event) => {
  const mover = event.target.closest("[data-move]");
  if (mover) move(nodeOf(mover), wayOf(nodeOf(mover), mover.dataset.move));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) return drop(null);
  if (!event.target.matches("[data-grip]") || !(event.key in KEYS)) return;
  event.preventDefault();
  move(nodeOf(event.target), wayOf(nodeOf(event.target), KEYS[event.key]));
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  grip.setPointerCapture(event.pointerId);
  drag = { node: nodeOf(grip), x: event.clientX, y: event.clientY, isOn: false, target: null };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.isOn ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > STARTS_PX;
  if (!drag.isOn) return;
  drag.node.classList.add("dragged");
  aim(targetAt(event));
});

document.addEventListener("pointerup", () => drag && drop(drag.target));
document.addEventListener("pointercancel", () => drag && drop(null));

function targetAt({ clientX, clientY }) {
  const row = document.elementFromPoint(clientX, clientY)?.closest(".node");
  const node = row && nodeOf(row);
  if (!node || drag.node.contains(node)) return null;
  const box = row.getBoundingClientRect();
  const part = (clientY - box.top) / box.height;
  if (node.matches(".category") && part > EDGE && part < 1 - EDGE) return { node, side: "into" };
  return { node, side: part < 0.5 ? "before" : "after" };
}

function aim(target) {
  drag.target?.node.removeAttribute("data-drop");
  drag.target = target;
  target?.node.setAttribute("data-drop", target.side);
}

function drop(target) {
  const { node } = drag;
  aim(null);
  node.classList.remove("dragged");
  drag = null;
  if (!target) return;
  if (target.side === "into") return move(node, { parent: target.node.dataset.node });
  const others = siblingsOf(target.node).filter((sibling) => sibling !== node);
  const position = others.indexOf(target.node) + (target.side === "after");
  move(node, { parent: parentOf(target.node.parentElement), position });
}
