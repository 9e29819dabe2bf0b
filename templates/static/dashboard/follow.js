// The screen follows what others do, monitors and other tabs: it is asked for again while somebody
// looks, and at once when somebody comes back. `data-follows` is the pause in milliseconds where
// something is waited for.
import { isShowing, show } from "./swap.js";

const TICK_MS = 500;
const PAUSE_MS = 15_000;
const BUSY = "form[aria-busy=true], dialog:modal, .dragged, .pending";
let since = performance.now();

async function refresh() {
  if (document.hidden || isShowing() || !document.getElementById("rail") || document.querySelector(BUSY)) return;
  since = performance.now();
  await show(location.href, { isQuiet: true }).catch(() => {});
  since = performance.now();
}

setInterval(() => {
  const pause = document.querySelector("[data-follows]")?.dataset.follows ?? PAUSE_MS;
  if (performance.now() - since >= pause) refresh();
}, TICK_MS);
document.addEventListener("visibilitychange", refresh);
addEventListener("focus", refresh);
