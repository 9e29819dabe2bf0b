// A secret that is told once: it stands in the dialog, also in the examples there, until that closes.
import { say } from "./say.js";

const PLACEHOLDER = "hyd_status_YOUR_KEY";

export function reveal(id, key) {
  if (!key) return say("This key exists already, and the secret is shown only once. Rotate the key to get a new secret.");
  const dialog = document.getElementById(id);
  const swap = (was, now) => {
    for (const node of dialog.querySelectorAll("code")) node.textContent = node.textContent.replaceAll(was, now);
  };
  swap(PLACEHOLDER, key);
  dialog.dataset.held = "yes";
  dialog.addEventListener("close", () => {
    swap(key, PLACEHOLDER);
    delete dialog.dataset.held;
  }, { once: true });
  dialog.showModal();
}
