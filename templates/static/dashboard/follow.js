// While something with `data-follows` (a number of milliseconds) is shown, the screen is asked for
// again and again: what it waits for comes without anybody's doing.
import { show } from "./swap.js";

const TICK_MS = 500;
let since = performance.now();
let isAsking = false;

setInterval(async () => {
  const waiting = document.querySelector("[data-follows]");
  const isDue = waiting && performance.now() - since >= waiting.dataset.follows;
  if (!isDue || isAsking || document.hidden || document.querySelector("form[aria-busy=true], dialog[open]")) return;
  isAsking = true;
  await show().catch(() => {});
  isAsking = false;
  since = performance.now();
}, TICK_MS);
