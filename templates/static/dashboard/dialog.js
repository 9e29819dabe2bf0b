// Questions before what can't be undone: `data-opens` names the dialog, `data-closes` leaves it. A step
// opens in place, and the same button closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest?.("dialog.step")?.close();
});

function open(dialog) {
  if (!dialog.matches(".step")) dialog.showModal();
  else if (dialog.open) return dialog.close();
  else dialog.show();
  dialog.dispatchEvent(new Event("opened", { bubbles: true }));
}
