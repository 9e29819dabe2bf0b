// The list of the account's pages in the rail: arrow keys move through it. It opens at this page.
const KEYS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.("#switch-pages");
  if (!list || !(event.key in KEYS)) return;
  event.preventDefault();
  const links = [...list.querySelectorAll("a")];
  links.at((links.indexOf(event.target) + KEYS[event.key]) % links.length)?.focus();
});
