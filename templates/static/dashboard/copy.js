// Buttons with `data-copy` put what the element of that id says into the clipboard.
import { say } from "./say.js";

const STAYS_MS = 2000;

document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy]");
  if (!copier) return;
  const isCopied = await copied(document.getElementById(copier.dataset.copy));
  say(isCopied ? "Copied." : "The text is selected. Copy with Ctrl+C.");
  copier.classList.toggle("copied", isCopied); // `say` is behind an open dialog
  setTimeout(() => copier.classList.remove("copied"), STAYS_MS);
});

async function copied(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    // Without TLS there is no clipboard but by selection.
    getSelection().selectAllChildren(node);
    return document.execCommand("copy");
  }
}
