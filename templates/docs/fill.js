// The reader's own page and key in the examples. Nothing is stored: with the tab they are gone.
const panel = document.getElementById("reader");
const pages = document.getElementById("page");
const key = document.getElementById("key");
const KEY = /^[\w-]+$/;
const PLAIN = /^[\p{L}\p{N} ._-]+$/u; // a name that needs no quotes in JSON and in a shell
const NAMED = /("component": ")[^"]*/g;

document.addEventListener("fill", (event) => fill(event.detail));

function fill(values) {
  for (const [name, value] of Object.entries(values)) {
    for (const node of document.querySelectorAll(`[data-fill="${name}"]`)) put(node, () => value);
    if (name === "name") for (const node of document.querySelectorAll("textarea")) put(node, (text) => value && text.replace(NAMED, `$1${value}`));
  }
}

// What the reader has typed over stays.
function put(node, change) {
  const part = "value" in node ? "value" : "textContent";
  node.dataset.example ??= node[part];
  if (node[part] !== (node.dataset.filled ?? node.dataset.example)) return;
  node[part] = node.dataset.filled = change(node.dataset.example) || node.dataset.example;
}

function choose(page) {
  const { id, name } = page.component ?? {};
  const url = page.url?.replace(/\/$/, "");
  fill({ page: page.id, url, component: id, name: PLAIN.test(name ?? "") ? name : id });
}

async function read() {
  const answer = await fetch("/docs/reader.json", { cache: "no-store" });
  const reader = await answer.json();
  document.getElementById("login").hidden = reader.isLoggedIn;
  panel.hidden = !key && reader.isLoggedIn && !reader.pages.length;
  if (!reader.pages.length) return;
  for (const page of reader.pages) pages.add(new Option(page.name, page.id));
  pages.parentElement.hidden = false;
  pages.addEventListener("change", () => choose(reader.pages[pages.selectedIndex]));
  choose(reader.pages[0]);
}

if (panel) {
  panel.hidden = !key; // some chapters have no example that takes one
  key?.addEventListener("input", () => fill({ key: KEY.test(key.value.trim()) ? key.value.trim() : "" }));
  read().catch(() => {}); // the examples are complete without it
}
