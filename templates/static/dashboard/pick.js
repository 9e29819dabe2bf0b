// The picker of components: a search, whole categories at once, one status for all, all by keyboard.
// What is sent are the statuses (or, without any, the boxes); a box is ticked while its row has one.
import { tellChange } from "./filling.js";

const isShown = (node) => node.checkVisibility();
const rowsOf = (node) => [...node.querySelectorAll(".pick")];
const boxOf = (row) => row.querySelector("[data-picks]");
const statusOf = (row) => row.querySelector("select");
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function pick(row, isPicked) {
  const status = statusOf(row);
  boxOf(row).checked = isPicked;
  if (!status || Boolean(status.value) === isPicked) return;
  const same = row.closest("[data-picker]").querySelector("[data-same]");
  status.value = isPicked ? same.value || row.dataset.first : "";
}

function count(picker) {
  const rows = rowsOf(picker);
  for (const row of rows) {
    const status = statusOf(row);
    if (status) boxOf(row).checked = Boolean(status.value);
  }
  for (const group of picker.querySelectorAll(".group")) countGroup(group);
  const picked = rows.filter((row) => boxOf(row).checked);
  const names = picked.slice(0, 3).map((row) => row.querySelector(".name").lastElementChild.textContent);
  const more = picked.length > names.length ? ` and ${picked.length - names.length} more` : "";
  const line = picker.querySelector("#picker-count");
  if (line) line.textContent = picked.length ? `${picked.length} selected: ${names.join(", ")}${more}` : "None selected";
}

function countGroup(group) {
  const boxes = rowsOf(group).map(boxOf);
  const ticked = boxes.filter((box) => box.checked).length;
  const all = group.querySelector("[data-all]");
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && !all.checked;
  all.disabled = !boxes.length;
  const sum = boxes.length ? `${ticked ? `${ticked} of ` : ""}${boxes.length}${ticked ? " selected" : ""}` : "No components";
  group.querySelector("summary .m").textContent = sum;
}

// A category that matches shows all of its components; one with a match is open.
function filter(picker, query) {
  const parts = plain(query).split(/\s+/).filter(Boolean);
  for (const row of rowsOf(picker)) row.hidden = !parts.every((part) => plain(pathOf(row)).includes(part));
  for (const group of picker.querySelectorAll(".group")) {
    group.hidden = Boolean(parts.length) && rowsOf(group).every((row) => row.hidden);
    const inner = group.querySelector("details");
    if (parts.length && !group.hidden) inner.open = true;
  }
  const others = picker.querySelector("#others");
  if (others && parts.length) others.open = true;
  picker.querySelector("#picker-lost").textContent = rowsOf(picker).some((row) => !row.hidden) ? "" : "No component matches.";
}

function pathOf(row) {
  const groups = [];
  for (let group = row.closest(".group"); group; group = group.parentElement.closest(".group")) {
    groups.push(group.querySelector("summary .name").textContent);
  }
  return [...groups, row.querySelector(".name").textContent].join(" ");
}

function step(picker, from, way) {
  const stops = [...picker.querySelectorAll("[data-finds], [data-all], summary, [data-picks]")].filter(isShown);
  stops[stops.indexOf(from) + way]?.focus();
}

document.addEventListener("change", ({ target }) => {
  const picker = target.closest("[data-picker]");
  if (!picker) return target.matches("form") && target.querySelectorAll("[data-picker]").forEach(count);
  if (target.matches("[data-picks]")) pick(target.closest(".pick"), target.checked);
  else if (target.matches("[data-all]")) pickAll(target);
  else if (target.matches("[data-same]")) for (const row of rowsOf(picker)) if (boxOf(row).checked) statusOf(row).value = target.value || row.dataset.first;
  tellChange(target.form);
});

// Only what is shown: a search narrows what is picked at once. Pressed again it takes that back.
function pickAll(all) {
  const rows = rowsOf(all.closest(".group")).filter((row) => !row.hidden);
  const isPicked = !rows.every((row) => boxOf(row).checked);
  for (const row of rows) pick(row, isPicked);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-finds]")) filter(target.closest("[data-picker]"), target.value);
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const picker = target.closest?.("[data-picker]");
  if (!picker || target.matches("select")) return;
  if (key === "ArrowDown" || key === "ArrowUp") step(picker, target, key === "ArrowDown" ? 1 : -1);
  else if (key === "Enter" && target.matches("input")) (target.matches("[data-finds]") ? rowsOf(picker).find(isShown)?.querySelector("[data-picks]") : target)?.click();
  else return;
  event.preventDefault();
});

function countAll() {
  for (const picker of document.querySelectorAll("[data-picker]")) {
    count(picker);
    const search = picker.querySelector("[data-finds]");
    if (search?.value) filter(picker, search.value);
  }
}
document.addEventListener("reset", () => setTimeout(countAll));
document.addEventListener("swapped", countAll);
countAll();
