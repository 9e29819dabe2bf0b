// A list in a form (`data-list`): its rows are there from the beginning, and those that are empty at its
// end are hidden. `data-adds` shows the next one; `data-removes` empties its row, and later ones move up.
import { FIELDS, tellChange } from "./filling.js";
import { clear } from "./say.js";

const shown = new WeakMap(); // by list: how many rows its owner has opened

const fieldsOf = (row) => [...row.querySelectorAll(FIELDS)];
export const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];
export const isFilled = (row) => fieldsOf(row).some((field) => !field.matches("select") && field.value.trim());
const visible = (list) => rowsOf(list).filter((row) => !row.hidden).length;

function sync(list) {
  const rows = rowsOf(list);
  const count = Math.max(rows.findLastIndex(isFilled) + 1, shown.get(list) ?? 0);
  rows.forEach((row, index) => { row.hidden = index >= count; });
  list.querySelector("[data-adds]").hidden = count === rows.length;
}

function add(list) {
  shown.set(list, visible(list) + 1);
  sync(list);
  fieldsOf(rowsOf(list)[visible(list) - 1])[0].focus();
}

function remove(list, row) {
  const rows = rowsOf(list);
  const index = rows.indexOf(row);
  const values = rows.slice(index + 1).map((later) => fieldsOf(later).map(({ value }) => value));
  for (const [number, moved] of rows.slice(index).entries()) {
    fieldsOf(moved).forEach((field, at) => put(field, values[number]?.[at]));
  }
  shown.set(list, visible(list) - 1);
  clear(row.closest("form"));
  tellChange(row.closest("form"));
  (row.hidden ? list.querySelector("[data-adds]") : row.querySelector("[data-removes]")).focus();
}

function put(field, value) {
  if (value !== undefined) field.value = value;
  else if (field.matches("select")) field.selectedIndex = 0;
  else field.value = "";
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-adds], [data-removes]");
  if (!button) return;
  const list = button.closest("[data-list]");
  if (button.matches("[data-adds]")) add(list);
  else remove(list, button.closest("[data-row]"));
});
const syncAll = () => document.querySelectorAll("[data-list]").forEach(sync);
document.addEventListener("reset", ({ target }) => target.querySelectorAll("[data-list]").forEach((list) => shown.delete(list)));
for (const kind of ["change", "swapped"]) document.addEventListener(kind, syncAll);
syncAll();
