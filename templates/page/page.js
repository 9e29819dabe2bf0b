(() => {
const root = document.documentElement, $ = (query, from = document) => from.querySelector(query);
const all = (query, from = document) => [...from.querySelectorAll(query)];
const isPreview = location.pathname.startsWith('/api/');
const say = text => { const live = $('#live'); if (live) live.textContent = text; };
// Times: in the visitor's zone or, on demand, in the page's; of what is recent also how long ago.
// The server's clock counts. Its last change is in the past, so it is later than a slow clock says,
// and every answer tells it exactly. `lead` is how many milliseconds it is ahead.
let lead = 0;
const now = () => Date.now() + lead;
function learnTime(answer) {
  const at = Date.parse(answer.headers.get('date')) + (answer.headers.get('age') || 0) * 1000;
  if (at) lead = at - Date.now();
}
const resolve = timeZone => Intl.DateTimeFormat('en', {timeZone}).resolvedOptions().timeZone;
const ours = resolve();
// The page's zone, unless this browser does not know it, and the one in which times are told.
let zone = ours, told = ours;
try { zone = resolve(root.dataset.zone); } catch {}
const form = (at, options, timeZone = told) => new Intl.DateTimeFormat('en-GB', {...options, timeZone}).format(at);
const clock = {hour: '2-digit', minute: '2-digit'}, full = {day: 'numeric', month: 'short', ...clock};
const relative = new Intl.RelativeTimeFormat('en-GB', {numeric: 'auto', style: 'short'});
const recent = 14 * 86400;
// Paper is read later: it has whole dates.
const paper = matchMedia('print');
paper.addEventListener('change', () => tellTimes());
const dayOf = at => Date.parse(new Date(at).toLocaleDateString('sv', {timeZone: told}));
// From a day up dates count, not hours: what is tomorrow evening is not in two days.
function ago(at, seconds) {
  const size = Math.abs(seconds);
  const [unit, amount] = size < 3570 ? ['minute', seconds / 60] : size < 84600 ? ['hour', seconds / 3600]
    : ['day', (dayOf(at) - dayOf(now())) / 864e5];
  return relative.format(Math.round(amount), unit);
}
// What is too long for a phone breaks at its dot.
const newDot = className => Object.assign(document.createElement('i'), {className, textContent: ' · '});
function tellTimes() {
  lead = Math.max(lead, Date.parse(root.dataset.changed) - Date.now() || 0);
  for (const node of all('time[datetime]')) {
    const at = new Date(node.dateTime), seconds = (at - now()) / 1000, isRecent = Math.abs(seconds) < recent;
    const isToday = dayOf(at) === dayOf(now()), isPaper = paper.matches;
    node.title ||= node.textContent;
    const whole = text => text.replaceAll(' ', '\u00a0');
    node.replaceChildren(...isRecent && !isPaper ? [whole(ago(at, seconds)), newDot(isToday ? '' : 'far')] : [],
      whole(form(at, isPaper || !isRecent ? {...full, year: 'numeric'} : isToday ? clock : full)));
  }
  tellZone();
}
function tellZone() {
  const place = $('[data-zones]');
  if (!place || place.dataset.zones === told) return;
  place.dataset.zones = told;
  const {zone: name} = root.dataset, isPages = told === zone, button = document.createElement('button');
  Object.assign(button, {type: 'button', textContent: isPages ? 'Show my times' : `Show times in ${name}`});
  place.replaceChildren(isPreview ? '' : 'This page refreshes automatically. ',
    isPages ? `Times are in ${name}. ` : `Times are in ${ours}, days are those of ${name}. `, ...zone === ours ? [] : [button]);
}
document.addEventListener('click', event => {
  if (!event.target.closest?.('[data-zones] button')) return;
  told = told === zone ? ours : zone;
  tellTimes();
  $('[data-zones] button').focus();
});
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
  const rows = trouble ? all('b,em,i,a', trouble).map(node => node.cloneNode(true)) : [part('b', dayName(index)), part('span', quiet)];
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
  const {version, today, changed} = next.documentElement.dataset;
  Object.assign(root.dataset, {version, today, changed});
  document.title = next.title;
  $('link[rel=icon]')?.replaceWith(document.importNode($('link[rel=icon]', next), true));
  restoreFolds();
  find();
  tell();
  restoreFocus();
  restorePlace();
  say(news);
}
// In a preview there is nobody to ask, and no other page to go to.
if (isPreview) addEventListener('click', event => event.target.closest?.('a') && event.preventDefault());
let timer, isAsking = false, isHurried = false;
const [visit] = performance.getEntriesByType('navigation');
const isLabelled = visit?.serverTiming?.some(({name}) => name === 'copy');
// When the server last confirmed what is shown, on the visitor's clock; 0 of what may be an old document.
let checkedAt = isLabelled || visit?.type === 'back_forward' ? 0 : Date.now();
const tell = () => { tellTimes(); tellCheck(); };
const script = document.currentScript.textContent, styleOf = /<style>([^]*?)<\/style>/;
// One quiet line while what is shown can't be confirmed.
function tellFreshness(text) {
  const line = $('#fresh');
  if (line.textContent === text) return;
  line.textContent = text;
  line.hidden = !text;
  if (text) say(text);
}
const COPY = 'This copy may be out of date.';
const isCopy = answer => answer.headers.has('x-hepstatus-copy');
function tellCheck() {
  if (isPreview || !checkedAt) return;
  const tens = Math.max(0, Math.floor((Date.now() - checkedAt) / 10000));
  const text = tens > 5 ? ago(checkedAt + lead, -10 * tens) : tens ? relative.format(-10 * tens, 'second') : 'just now';
  for (const node of all('[data-checked]')) node.replaceChildren(`Checked ${text}`, newDot('brk'));
}
function tellLoss(reason) {
  const {pathname} = location, since = checkedAt + lead;
  const what = pathname === '/' ? 'page' : /^\/incidents\/[^/]+$/.test(pathname) ? 'incident' : 'part of the history';
  if (reason === 404) tellFreshness(`This ${what} is no longer here.`);
  else if (!checkedAt) tellFreshness(COPY);
  else if (Date.now() - checkedAt > 60000) {
    const at = form(since, dayOf(since) === dayOf(now()) ? clock : full);
    tellFreshness(`Can’t refresh since ${at}. Trying again automatically.`);
  }
}
async function ask(url, cache) {
  if (navigator.onLine === false) throw 0;
  const answer = await fetch(url, {cache, signal: AbortSignal.timeout(10000)});
  if (!answer.ok) throw answer.status;
  return answer;
}
// Takes the document with a version. What stands outside of the parts (zone, script, style) can't be
// replaced in place: another style would be against this document's policy, even if it were only
// parsed. Then the page is loaded again, once a version: a cache in front may be behind.
function takeWhole(html, version) {
  const style = html.match(styleOf)?.[1], next = new DOMParser().parseFromString(html.replace(styleOf, ''), 'text/html');
  if (next.documentElement.dataset.version !== version) return;
  const isAlike = next.documentElement.dataset.zone === root.dataset.zone
    && all('style').some(node => node.textContent === style)
    && all('script', next).some(node => node.textContent === script)
    && [...parts(next).keys()].join() === [...served.keys()].join();
  if (isAlike) take(next);
  else if (history.state !== version) history.replaceState(version, ''), location.reload();
}
async function refresh() {
  const answer = await ask('/status-version.json', 'no-store'), {version} = await answer.json();
  learnTime(answer);
  const page = version !== root.dataset.version && await ask(`${location.pathname}?v=${version}`, 'no-cache');
  if (page) takeWhole(await page.text(), version);
  // A cache in front may lag by a second: it is asked again after 2 s, and at the next poll.
  const isBehind = version !== root.dataset.version;
  isHurried = isBehind && !isHurried;
  if (isHurried) clearTimeout(timer), timer = setTimeout(poll, 2000);
  if (isBehind) throw 0;
  const isOld = isCopy(answer) || page && isCopy(page);
  if (!isOld) checkedAt = Date.now();
  tellFreshness(isOld ? COPY : '');
}
async function poll() {
  clearTimeout(timer);
  if (isPreview) return;
  timer = setTimeout(poll, 30000 + Math.random() * 15000);
  if (document.hidden || isAsking) return;
  isAsking = true;
  try { await refresh(); } catch (reason) { tellLoss(reason); } finally { isAsking = false; }
  tell();
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) tell(), poll(); });
for (const name of ['focus', 'online']) addEventListener(name, poll);
timer = setTimeout(poll, 30000 + Math.random() * 15000);
setInterval(() => document.hidden || tellTimes(), 30000);
setInterval(() => document.hidden || tellCheck(), 10000);
restoreFolds();
if (isLabelled) tellFreshness(COPY);
tell();
// What is shown may be old, or the visitor's clock is slow: asked at once.
if (lead || !checkedAt) poll();
})();
