// The statuses of several components at once (`data-several` is their address): one write each, in the
// order of the tree, and one Undo for all.
import { fillingOf, settle } from "./filling.js";
import { button, clear, problem, say } from "./say.js";
import { show } from "./swap.js";
import { write } from "./write.js";

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-several]")) return;
  event.preventDefault();
  setPicked(event.target);
});

async function setPicked(form) {
  if (form.ariaBusy === "true") return;
  clear(form);
  const picked = [...form.querySelectorAll(".pick")].filter((row) => row.querySelector("select").value);
  if (!picked.length) return problem(form, { error: "Select at least one component." });
  const sent = fillingOf(form);
  const before = picked.map((row) => ({ ...wantedOf(row), status: row.dataset.now }));
  if (await setAll(form, picked.map(wantedOf))) {
    settle(form, sent, false);
    say(form.dataset.said, button("Undo", async () => (await setAll(form, before)) && say("Undone.")));
  }
}

function wantedOf(row) {
  const { name, value } = row.querySelector("select");
  return { id: name.slice("component:".length), status: value };
}

// Returns whether all were written; what was written stays.
async function setAll(form, wanted) {
  form.ariaBusy = "true";
  let outcome = { ok: true };
  for (const { id, status } of wanted) {
    outcome = await write("PATCH", `${form.dataset.several}/${id}`, JSON.stringify({ status }));
    if (!outcome.ok) break;
  }
  form.ariaBusy = null;
  if (!outcome.ok) problem(form, outcome);
  await show(location.href, { from: form }).catch(() => {});
  return outcome.ok;
}
