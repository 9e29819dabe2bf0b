(() => {
const root = document.documentElement, $ = (query, from = document) => from.querySelector(query);
const all = (query, from = document) => [...from.querySelectorAll(query)];
const say = text => { const live = $('#live'); if (live) live.textContent = text; };
// Times: the visitor's zone, with the page's zone beside it; of what is recent also how long ago.
const zone = root.dataset.zone, ours = Intl.DateTimeFormat().resolvedOptions().timeZone;
const form = (at, options, timeZone) => new Intl.DateTimeFormat('en-GB', {...options, timeZone}).format(at);
const clock = {hour: '2-digit', minute: '2-digit'}, full = {day: 'numeric', month: 'short', ...clock};
const relative = new Intl.RelativeTimeFormat('en-GB', {numeric: 'auto', style: 'short'});
const recent = 14 * 86400;
const noon = at => new Date(at).setHours(12, 0, 0, 0);
// From a day up dates count, not hours: what is tomorrow evening is not in two days.
function ago(at, seconds) {
  const size = Math.abs(seconds);
  const [unit, amount] = size < 3570 ? ['minute', seconds / 60] : size < 84600 ? ['hour', seconds / 3600]
    : ['day', (noon(at) - noon(Date.now())) / 864e5];
  return relative.format(Math.round(amount), unit);
}
function tellTimes() {
  for (const node of all('time[datetime]')) {
    const at = new Date(node.dateTime), seconds = (at - Date.now()) / 1000;
    const isRecent = Math.abs(seconds) < recent, named = node.closest('.hero') && {timeZoneName: 'short'};
    const options = isRecent ? full : {...full, year: 'numeric'}, here = form(at, {...options, ...named});
    const isElsewhere = form(at, full) !== form(at, full, zone);
    node.title ||= node.textContent;
    // What is too long for a phone breaks at its dot, and else only before the page's own time.
    const dot = document.createElement('i'), whole = text => text.replaceAll(' ', '\u00a0');
    dot.textContent = ' · ';
    node.classList.toggle('long', isElsewhere || !!named);
    node.replaceChildren(...isRecent ? [whole(ago(at, seconds)), dot] : [], whole(here),
      isElsewhere ? ` (${whole(form(at, {...clock, timeZoneName: 'short'}, zone))})` : '');
  }
  const zones = $('[data-zones]');
  if (zones) zones.textContent = ours === zone ? `Times are in ${zone}` : `Times are in ${ours}; this page is kept in ${zone}`;
}
// Folds: what the visitor opened or closed stays so, also where nothing may be stored.
const folds = 'hep-open:' + location.host, chosen = new Map();
try { Object.entries(JSON.parse(localStorage[folds] || '{}')).forEach(pair => chosen.set(...pair)); } catch {}
function restoreFolds() {
  for (const fold of all('details[data-key]')) fold.open = chosen.get(fold.dataset.key) ?? 'open' in fold.dataset;
}
document.addEventListener('toggle', event => {
  const {key, open} = event.target.dataset || {};
  if (!key || finder()?.value) return;
  event.target.open === (open !== undefined) ? chosen.delete(key) : chosen.set(key, event.target.open);
  try { localStorage[folds] = JSON.stringify(Object.fromEntries(chosen)); } catch {}
}, true);
// The theme: the system's, unless the visitor chose another.
const themes = 'hep-theme:' + location.host;
root.dataset.scripted = '';
try { if (localStorage[themes]) root.dataset.theme = localStorage[themes]; } catch {}
function switchTheme() {
  root.dataset.theme = getComputedStyle(root).colorScheme === 'light' ? 'dark' : 'light';
  try { localStorage[themes] = root.dataset.theme; } catch {}
}
// The search: a row stays if it or a category above it has the text in its name.
const finder = () => $('[data-find]'), plain = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
function find(isAloud) {
  const field = finder(), text = plain(field?.value.trim() || '');
  if (!field) return;
  const has = row => plain($(':scope>details>summary bdi,:scope>.row bdi', row)?.textContent || '').includes(text);
  const rows = all('.tree li'), above = row => row.parentElement.closest('.tree li');
  for (const row of rows) row.hidden = !!text && !(has(row) || above(row) && !above(row).hidden);
  for (const row of rows.filter(row => !row.hidden)) for (let up = above(row); up; up = above(up)) up.hidden = false;
  for (const row of rows.filter(row => row.matches('.range'))) row.hidden = !!text;
  text ? all('.tree details').forEach(fold => { fold.open = true; }) : restoreFolds();
  const count = all('.tree .leaf').filter(row => !row.hidden).length;
  if (isAloud) say(`${count} component${count === 1 ? '' : 's'} found`);
}
document.addEventListener('input', event => event.target.matches('[data-find]') && find(true));
// Bars: one tab stop each, arrows move between days, a small card explains.
function closeTip() { all('.tip,.cur').forEach(node => node.remove()); }
function dayName(index) {
  const day = new Date(root.dataset.today + 'T12:00:00Z');
  day.setUTCDate(day.getUTCDate() - 89 + index);
  return form(day, {day: 'numeric', month: 'long', year: 'numeric'}, 'UTC');
}
function explain(bar, index, isAloud) {
  closeTip();
  bar.dataset.at = index;
  const trouble = $(`[data-i="${index}"]`, bar), tip = document.createElement('div');
  const part = (tag, text) => Object.assign(document.createElement(tag), {textContent: text});
  const quiet = index < bar.dataset.from ? 'No data' : 'brief' in bar.dataset ? 'See the incident history' : 'No downtime';
  tip.className = 'tip';
  const rows = trouble ? all('b,i,a', trouble).map(node => node.cloneNode(true)) : [part('b', dayName(index)), part('span', quiet)];
  tip.append(...rows.flatMap(row => [row, ' ']));
  all('a', tip).forEach(link => link.removeAttribute('tabindex'));
  const mark = document.createElement('i'), x = (index + .5) * bar.clientWidth / 90;
  mark.className = 'cur';
  mark.style.left = `${index * 100 / 90}%`;
  mark.style.width = `${100 / 90}%`;
  bar.append(mark);
  bar.after(tip);
  // The card stays within its row, and its caret points at the day.
  const left = Math.max(0, Math.min(x - tip.offsetWidth / 2, tip.offsetParent.clientWidth - tip.offsetWidth));
  tip.style.left = `${left}px`;
  tip.style.setProperty('--x', `${x - left}px`);
  if (isAloud) say(rows.map(row => row.textContent).join(', '));
}
const dayAt = (bar, x) => {
  const box = bar.getBoundingClientRect();
  return Math.min(89, Math.max(0, Math.floor((x - box.left) / box.width * 90)));
};
const troublesOf = bar => all('[data-i]', bar).map(node => +node.dataset.i).sort((a, b) => a - b);
// A thumb is wider than a day: it means the nearest day of trouble, if that is under it.
function dayUnder(bar, event) {
  const day = dayAt(bar, event.clientX), away = other => Math.abs(other - day);
  if (event.pointerType === 'mouse') return day;
  const reach = 12 * 90 / bar.clientWidth;
  return troublesOf(bar).filter(other => away(other) <= reach).sort((a, b) => away(a) - away(b))[0] ?? day;
}
const barOf = event => event.target.closest?.('.bar');
document.addEventListener('pointermove', event => {
  if (event.pointerType !== 'mouse') return;
  const bar = barOf(event), tip = $('.tip');
  if (bar) { const day = dayAt(bar, event.clientX); if (+bar.dataset.at !== day || !$('.cur', bar)) explain(bar, day); }
  else if (tip && tip.closest('.leaf') !== event.target.closest?.('.leaf') && !$('.bar:focus-visible')) closeTip();
});
document.addEventListener('focusin', event => {
  if (event.target.matches('.bar:focus-visible')) explain(event.target, +(event.target.dataset.at || 89));
  else if (!event.target.closest('.tip,.bar')) closeTip();
});
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    document.activeElement?.closest('.tip')?.previousElementSibling.focus();
    closeTip();
  }
  const bar = event.target.matches?.('.bar') && event.target;
  if (!bar) return;
  const at = +(bar.dataset.at || 89), troubles = troublesOf(bar);
  const to = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: 89,
    ArrowUp: troubles.findLast(day => day < at), ArrowDown: troubles.find(day => day > at)}[event.key];
  if (event.key in {ArrowUp: 0, ArrowDown: 0}) event.preventDefault();
  if (to === undefined) return;
  event.preventDefault();
  explain(bar, Math.min(89, Math.max(0, to)), true);
});
// A click and not a touch: who scrolls with a finger on a bar did not ask.
document.addEventListener('click', event => {
  const bar = barOf(event);
  if (bar) return explain(bar, dayUnder(bar, event));
  if (!event.target.closest?.('.tip')) closeTip();
  if (event.target.closest?.('[data-switch]')) switchTheme();
});
// The poller: asks for the version, and replaces what changed in place.
const parts = from => new Map(all('[data-part]', from).map(node => [node.dataset.part, node]));
const served = new Map([...parts(document)].map(([name, node]) => [name, node.outerHTML]));
const keyed = key => $(`[data-key="${CSS.escape(key)}"]`);
// Returns how to bring the focus back to what stands where the focused thing stood.
function focusKept() {
  const focused = document.activeElement, bar = focused?.closest('.leaf') && $('.bar', focused.closest('.leaf'));
  const host = bar || focused?.closest('[data-key],[data-part]'), {key, part} = host?.dataset || {};
  return () => {
    if (!host || focused.isConnected) return;
    const now = key ? keyed(key) : $(`[data-part="${part}"]`);
    const alike = now && [now, ...all('*', now)].find(node => node.tagName === focused.tagName && node.href === focused.href);
    if (bar && now) now.dataset.at = bar.dataset.at || 89;
    (bar ? now : alike)?.focus({preventScroll: true});
  };
}
// Returns how to keep what is being read where it is on the screen; who is at the top wants the top.
function placeKept() {
  const read = scrollY && all('[data-key]').find(node => !node.matches('details') && node.getBoundingClientRect().bottom > 0);
  if (!read) return () => {};
  const {key} = read.dataset, before = read.getBoundingClientRect().top, y = scrollY;
  return () => {
    const now = keyed(key);
    scrollTo(scrollX, now ? scrollY + now.getBoundingClientRect().top - before : y);
  };
}
// What a screen reader is told: the headline if it is another, and every incident that says more.
function newsOf(next) {
  const before = [...served.values()].join('');
  const told = all('article', next).filter(node => !before.includes(node.outerHTML));
  const news = told.map(node => `${$('.head a', node).textContent}: ${$('.state', node).textContent}`);
  return [...(document.title === next.title ? [] : [next.title]), ...news].join('. ') || 'The page was updated.';
}
function take(next) {
  const restoreFocus = focusKept(), restorePlace = placeKept(), news = newsOf(next), now = parts(document);
  for (const [name, node] of parts(next)) {
    const html = node.outerHTML;
    if (served.get(name) === html) continue;
    served.set(name, html);
    now.get(name)?.replaceWith(document.importNode(node, true));
  }
  Object.assign(root.dataset, {version: next.documentElement.dataset.version, today: next.documentElement.dataset.today});
  document.title = next.title;
  $('link[rel=icon]')?.replaceWith(document.importNode($('link[rel=icon]', next), true));
  restoreFolds();
  find();
  tellTimes();
  restoreFocus();
  restorePlace();
  say(news);
}
// In a preview there is nobody to ask, and no other page to go to.
const isPreview = location.pathname.endsWith('/preview');
if (isPreview) addEventListener('click', event => event.target.closest?.('a[href^="/"]') && event.preventDefault());
let timer, isAsking = false;
async function poll() {
  clearTimeout(timer);
  if (isPreview) return;
  timer = setTimeout(poll, 30000 + Math.random() * 15000);
  if (document.hidden || isAsking || navigator.onLine === false) return;
  isAsking = true;
  try {
    const options = {cache: 'no-cache', signal: AbortSignal.timeout(10000)};
    const answer = await fetch('/status-version.json', options);
    if (!answer.ok) return;
    const {version} = await answer.json();
    if (version === root.dataset.version) return;
    const page = await fetch(`${location.pathname}?v=${version}`, options);
    if (!page.ok) return;
    const next = new DOMParser().parseFromString(await page.text(), 'text/html');
    // A cache in front may lag by a second: then the next poll tries again.
    if (next.documentElement.dataset.version !== root.dataset.version) take(next);
  } catch {} finally { isAsking = false; }
}
document.addEventListener('visibilitychange', () => document.hidden || poll());
for (const name of ['focus', 'online']) addEventListener(name, poll);
timer = setTimeout(poll, 30000 + Math.random() * 15000);
setInterval(() => document.hidden || tellTimes(), 30000);
restoreFolds();
tellTimes();
})();
