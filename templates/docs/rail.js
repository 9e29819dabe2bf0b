// The contents close once a link of theirs is followed; an anchor of the former single page leads on.
const contents = document.getElementById("contents");

contents.addEventListener("click", (event) => {
  if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
});

function follow() {
  if (location.pathname !== "/docs") return;
  const row = document.getElementById(location.hash.slice(1))?.closest(".tasks li");
  if (row) location.replace(row.querySelector("a").href);
}

addEventListener("hashchange", follow);
follow();
