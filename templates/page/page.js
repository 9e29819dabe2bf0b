(() => {
const root = document.documentElement, $ = (query, from = document) => from.querySelector(query);
const all = (query, from = document) => [...from.querySelectorAll(query)];
const say = text => { const live = $('#live'); if (live) live.textContent = text; };
// Times: the visitor's zone, with the page's zone beside it.
const zone = root.dataset.zone;
const form = (at, options, timeZone) => new Intl.DateTimeFormat('en-GB', {...options, timeZone}).format(at);
const full = {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'};
const relative = new Intl.RelativeTimeFormat('en', {numeric: 'auto', style: 'short'});
function ago(at) {
  const seconds = (at - Date.now()) / 1000, size = Math.abs(seconds);
  const [unit, length] = size < 3600 ? ['minute', 60] : size < 86400 ? ['hour', 3600] : ['day', 86400];
  return relative.format(Math.round(seconds / length), unit);
}
function tellTimes() {
  for (const node of all('time[datetime]')) {
    const at = new Date(node.dateTime), here = form(at, full), there = form(at, full, zone);
    node.title ||= node.textContent;
    const beside = form(at, {hour: '2-digit', minute: '2-digit', timeZoneName: 'short'}, zone);
    node.textContent = `${ago(at)} · ${here}` + (here === there ? '' : ` (${beside})`);
  }
}
// Folds: what the visitor closed stays closed.
const folds = 'hep-folds:' + location.host;
const readFolds = () => { try { return JSON.parse(localStorage[folds] || '[]'); } catch { return []; } };
function restoreFolds() {
  const closed = readFolds();
  for (const fold of all('details[data-key]')) fold.open = !closed.includes(fold.dataset.key);
}
document.addEventListener('toggle', event => {
  const key = event.target.dataset?.key;
  if (!key) return;
  const closed = new Set(readFolds());
  event.target.open ? closed.delete(key) : closed.add(key);
  try { localStorage[folds] = JSON.stringify([...closed]); } catch {}
}, true);
// Bars: one tab stop each, arrows move between days, a small card explains.
const shown = () => root.dataset.days === '90' || !matchMedia('(max-width:600px)').matches ? 90 : 30;
function closeTip() { all('.tip,.cur').forEach(node => node.remove()); }
function dayName(index) {
  const day = new Date(root.dataset.today + 'T12:00:00Z');
  day.setUTCDate(day.getUTCDate() - 89 + index);
  return form(day, {day: 'numeric', month: 'long', year: 'numeric'}, 'UTC');
}
function explain(bar, index) {
  closeTip();
  bar.dataset.at = index;
  const trouble = $(`[data-i="${index}"]`, bar), tip = document.createElement('div');
  tip.className = 'tip ' + (trouble?.className || (index < bar.dataset.from ? 'nodata' : 'operational'));
  tip.setAttribute('role', 'status');
  if (trouble) tip.append(...trouble.cloneNode(true).childNodes);
  else tip.append(`${dayName(index)}: ${index < bar.dataset.from ? 'no data' : 'no trouble'}`);
  all('a', tip).forEach(link => link.removeAttribute('tabindex'));
  const mark = document.createElement('i'), count = shown();
  mark.className = 'cur';
  mark.style.left = `${(index - 90 + count) * 100 / count}%`;
  mark.style.width = `calc(${100 / count}% - ${count === 90 && bar.clientWidth < 400 ? 0 : 2}px)`;
  bar.append(mark);
  bar.after(tip);
}
const dayAt = (bar, x) => {
  const box = bar.getBoundingClientRect(), count = shown();
  return Math.min(89, Math.max(90 - count, 90 - count + Math.floor((x - box.left) / box.width * count)));
};
const barOf = event => event.target.closest?.('.bar');
document.addEventListener('pointermove', event => {
  const bar = event.pointerType === 'mouse' && barOf(event);
  if (bar) { const day = dayAt(bar, event.clientX); if (+bar.dataset.at !== day || !$('.cur', bar)) explain(bar, day); }
});
document.addEventListener('pointerdown', event => {
  const bar = barOf(event);
  if (bar) explain(bar, dayAt(bar, event.clientX));
  else if (!event.target.closest?.('.tip')) closeTip();
});
document.addEventListener('focusin', event => {
  if (event.target.matches('.bar:focus-visible')) explain(event.target, +(event.target.dataset.at || 89));
  else if (!event.target.closest('.tip,.bar')) closeTip();
});
document.addEventListener('keydown', event => {
  const bar = event.target.matches?.('.bar') && event.target;
  if (event.key === 'Escape') closeTip();
  const troubles = bar ? all('[data-i]', bar).map(node => +node.dataset.i).sort((a, b) => a - b) : [];
  const at = bar ? +(bar.dataset.at || 89) : 0, first = 90 - shown();
  const to = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: first, End: 89,
    ArrowUp: troubles.findLast(day => day < at), ArrowDown: troubles.find(day => day > at)}[event.key];
  if (!bar || to === undefined) return;
  event.preventDefault();
  explain(bar, Math.min(89, Math.max(first, to)));
});
document.addEventListener('click', event => {
  const button = event.target.closest?.('[data-more]');
  if (!button) return;
  closeTip();
  root.dataset.days = root.dataset.days === '90' ? '30' : '90';
  button.textContent = root.dataset.days === '90' ? 'Show 30 days' : 'Show 90 days';
});
// The poller: asks for the version, and replaces what changed in place.
const parts = from => new Map(all('[data-part]', from).map(node => [node.dataset.part, node]));
let served = new Map([...parts(document)].map(([name, node]) => [name, node.outerHTML]));
function take(next) {
  const held = document.activeElement?.closest('[data-key]')?.dataset.key;
  const at = document.activeElement?.dataset?.at, now = parts(document), fresh = parts(next);
  const focused = document.activeElement;
  let before = scrollY;
  for (const [name, node] of fresh) {
    const html = node.outerHTML;
    if (served.get(name) === html) continue;
    served.set(name, html);
    now.get(name)?.replaceWith(document.importNode(node, true));
  }
  root.dataset.version = next.documentElement.dataset.version;
  root.dataset.today = next.documentElement.dataset.today;
  if (document.title !== next.title) { document.title = next.title; say(next.title); }
  else say('The page was updated.');
  $('link[rel=icon]')?.replaceWith(document.importNode($('link[rel=icon]', next), true));
  restoreFolds();
  tellTimes();
  if (held && !focused.isConnected) {
    const node = $(`[data-key="${CSS.escape(held)}"]`), same = node?.matches('details') ? $('summary', node) : node;
    if (at) same.dataset.at = at;
    same?.focus({preventScroll: true});
  }
  scrollTo(scrollX, before);
}
let timer, isAsking = false;
async function poll() {
  clearTimeout(timer);
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
