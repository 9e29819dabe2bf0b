// A choice that leads to another filling of the same screen (`data-leads`), and a colour that is
// chosen instead of written (`data-paints` names the field).
import { show } from "./swap.js";

document.addEventListener("change", (event) => {
  const chooser = event.target.closest("select[data-leads]");
  if (!chooser) return;
  const url = new URL(location.href);
  url.searchParams.set(chooser.dataset.leads, chooser.value);
  show(url.href, { push: true, back: chooser.id }).catch(() => location.assign(url.href));
});

document.addEventListener("input", (event) => {
  const palette = event.target.closest("[data-paints]");
  if (palette) document.getElementById(palette.dataset.paints).value = palette.value;
});
