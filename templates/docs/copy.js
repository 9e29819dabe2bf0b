// A button at each example that puts it into the clipboard.
const STAYS_MS = 2000;
const said = document.getElementById("said");

for (const box of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", () => show(button, box.querySelector("code")));
  box.append(button);
}

async function show(button, example) {
  const isCopied = await copy(example);
  said.textContent = isCopied ? "Copied." : "Selected. Press Ctrl+C to copy.";
  button.textContent = isCopied ? "Copied" : "Selected";
  setTimeout(() => {
    button.textContent = "Copy";
    said.textContent = "";
  }, STAYS_MS);
}

async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    // Without TLS there is no clipboard but by selection.
    getSelection().selectAllChildren(node);
    return document.execCommand("copy");
  }
}
