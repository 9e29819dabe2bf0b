// A session that ended: the login stands over the screen, and what was typed stays below.
import { dropOthers } from "./drafts.js";
import { FIELDS } from "./filling.js";

let asking = null;
let isDeclined = false;

export function isLogin(address) {
  return new URL(address).pathname === "/dashboard/login";
}

// Returns whether the same owner is logged in again. What comes by itself (`isQuiet`) disturbs nobody
// who is typing, and asks once.
export async function logIn({ isQuiet = false } = {}) {
  if (isQuiet && (isDeclined || document.activeElement?.matches(FIELDS))) return false;
  asking ??= ask().finally(() => (asking = null));
  isDeclined = !(await asking);
  return !isDeclined;
}

function ask() {
  const dialog = document.getElementById("login-again")?.content.firstElementChild.cloneNode(true);
  if (!dialog) return Promise.resolve(false);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((go) => dialog.addEventListener("close", () => {
    dialog.remove();
    go(dialog.returnValue === "in");
  }));
}

export function arrive(form, { id }) {
  if (id === document.body.dataset.account) return form.closest("dialog").close("in");
  dropOthers(id); // another account: none of this is theirs
  location.assign("/dashboard");
}
