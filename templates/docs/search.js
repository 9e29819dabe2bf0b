// Search in an index that is fetched once, when the reader first goes to the field.
const field = document.getElementById("search");
const list = document.getElementById("results");
const found = document.getElementById("found");
const SHOWN = 8;
const AROUND = 60;
let index;

field.parentElement.hidden = false;
field.addEventListener("focus", load);
field.addEventListener("input", async () => {
  const query = field.value;
  const entries = await load();
  if (entries && query === field.value) show(query, entries);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") clear(event);
  if (event.key === "ArrowDown") move(event, list.querySelector("a"));
  if (event.key === "Enter") list.querySelector("a")?.click();
});
list.addEventListener("keydown", (event) => {
  const item = event.target.closest("li");
  if (event.key === "ArrowDown") move(event, item.nextElementSibling?.querySelector("a"));
  if (event.key === "ArrowUp") move(event, item.previousElementSibling?.querySelector("a") ?? field);
  if (event.key === "Escape") clear(event);
});
addEventListener("hashchange", reset); // a result on this page was followed
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") move(event, field);
});

function load() {
  index ??= fetch("/docs/search.json").then((answer) => (answer.ok ? answer.json() : Promise.reject())).catch(() => {
    index = undefined;
    found.textContent = "Search is not available at the moment.";
  });
  return index;
}

function move(event, node) {
  event.preventDefault();
  node?.focus();
}

function clear(event) {
  reset();
  move(event, field);
}

function reset() {
  field.value = "";
  show("", []);
}

function show(query, entries) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const results = words.length ? rank(words, entries) : [];
  list.replaceChildren(...results.slice(0, SHOWN).map((entry) => row(entry, words)));
  const count = results.length > SHOWN ? `First ${SHOWN} of ${results.length} results` : `${results.length} ${results.length === 1 ? "result" : "results"}`;
  found.textContent = !words.length ? "" : results.length ? count : `No results for “${query.trim()}”`;
}

// The best entry of each address: a title counts more than the chapter, that more than the text.
function rank(words, entries) {
  const best = new Map();
  for (const entry of entries) {
    const title = entry.title.toLowerCase();
    const all = `${title} ${entry.chapter} ${entry.text} ${entry.names}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) continue;
    const chapter = entry.chapter.toLowerCase();
    const score = words.reduce((sum, word) => sum + (title.startsWith(word) ? 4 : title.includes(word) ? 3 : chapter.includes(word) ? 2 : 1), 0);
    if (score > (best.get(entry.href)?.score ?? 0)) best.set(entry.href, { ...entry, score });
  }
  return [...best.values()].sort((a, b) => b.score - a.score);
}

function row(entry, words) {
  const link = document.createElement("a");
  link.href = entry.href;
  link.textContent = entry.title;
  const note = document.createElement("span");
  note.className = "m";
  note.textContent = excerpt(entry, words);
  link.append(note);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function excerpt({ text }, words) {
  const at = Math.max(0, text.toLowerCase().indexOf(words[0]) - AROUND / 2);
  const part = text.slice(at, at + 2 * AROUND);
  return `${at ? "…" : ""}${part}${at + part.length < text.length ? "…" : ""}`;
}
