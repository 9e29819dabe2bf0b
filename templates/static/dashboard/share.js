// The screen "Share": addresses, snippets and previews follow what is chosen.
//   data-badge, data-embed   the page's address, on the card of the badge and of the embed
const PAUSE_MS = 400; // before a preview is loaded: each is a request of its own
const $ = (id) => document.getElementById(id);
const write = (id, text) => { $(id).textContent = text; };
const timers = new Map(); // by preview
const escapeHtml = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
const escapeMarkdown = (text) => text.replace(/[\\`*_[\]<>!&|~]/g, "\\$&");

document.addEventListener("input", ({ target }) => fill(target.closest("[data-badge], [data-embed]")));
document.addEventListener("swapped", () => document.querySelectorAll("[data-badge], [data-embed]").forEach(fill));

function fill(card) {
  if (card?.dataset.badge) fillBadge(card);
  else if (card) fillEmbed(card);
}

function fillBadge(card) {
  const of = $("badge-of"), shows = $("badge-shows"), label = $("badge-label"), isBare = $("badge-bare").checked;
  const name = of.selectedOptions[0].dataset.label, base = card.dataset.badge;
  shows.lastElementChild.disabled = !of.value;
  if (!of.value) shows.value = "";
  label.placeholder = name;
  label.disabled = isBare;
  const query = new URLSearchParams();
  if (isBare || label.value.trim()) query.set("label", isBare ? "" : label.value.trim());
  if ($("badge-style").value) query.set("style", $("badge-style").value);
  const path = ["badge", of.value, shows.value].filter(Boolean).join("/"), more = String(query) && `?${query}`;
  const [picture, json] = ["svg", "json"].map((form) => `${base}${path}.${form}${more}`);
  const alt = `${(!isBare && label.value.trim()) || name} ${shows.value || "status"}`;
  write("badge-markdown", `[![${escapeMarkdown(alt)}](${picture})](${base})`);
  write("badge-html", `<a href="${escapeHtml(base)}"><img src="${escapeHtml(picture)}" alt="${escapeHtml(alt)}"></a>`);
  write("badge-url", picture);
  write("badge-json", json);
  load($("badge-shown"), picture);
}

function fillEmbed(card) {
  const theme = $("embed-theme").value, base = `${card.dataset.embed}embed`;
  const address = theme ? `${base}?theme=${theme}` : base;
  write("embed-html", $("embed-html").textContent.replace(/src="[^"]*"/, () => `src="${address}"`));
  load($("embed-shown"), address);
}

function load(shown, address) {
  clearTimeout(timers.get(shown));
  if (shown && shown.src !== address) timers.set(shown, setTimeout(() => { shown.src = address; }, PAUSE_MS));
}

addEventListener("message", ({ data, source }) => {
  const frame = $("embed-shown");
  if (frame && source === frame.contentWindow && data?.type === "hepstatus:height") frame.height = Math.min(+data.height || 0, 400);
});
// A field may hold what the browser filled in, from before a reload. And the embed tells its height
// when it is loaded: its preview has no address before somebody listens.
document.querySelectorAll("[data-badge], [data-embed]").forEach(fill);
