(() => {
const root = document.documentElement, $ = (query, from = document) => from.querySelector(query);
const line = $('main');
// Any site may frame this document: the height is all that it tells.
function tellHeight() {
  const height = Math.ceil(line.getBoundingClientRect().height);
  if (parent !== self) parent.postMessage({type: 'hepstatus:height', height}, '*');
}
new ResizeObserver(tellHeight).observe(line);
addEventListener('load', tellHeight);
addEventListener('resize', tellHeight);
const read = address => fetch(address, {cache: 'no-cache'});
const isOld = answer => !answer.ok || answer.headers.has('x-hepstatus-copy');
function leave() {
  root.className = 'nodata';
  line.replaceChildren('This status page is no longer available.');
}
async function refresh() {
  const told = await read('/status-version.json');
  if (told.status === 404) leave();
  if (isOld(told)) return true;
  if ((await told.json()).version === root.dataset.version) return false;
  const answer = await read(location.href);
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (isOld(answer)) return true;
  // Another style is not allowed by this document's policy.
  if ($('style', next).textContent !== $('style').textContent) location.reload();
  root.className = next.documentElement.className;
  root.dataset.version = next.documentElement.dataset.version;
  line.replaceChildren(...$('main', next).childNodes);
  return false;
}
let timer;
async function poll() {
  clearTimeout(timer);
  timer = setTimeout(poll, 30000 + 15000 * Math.random());
  if (document.hidden) return;
  const isOutdated = await refresh().catch(() => true);
  const note = $('p');
  if (note) note.hidden = !isOutdated;
}
document.addEventListener('visibilitychange', poll);
addEventListener('online', poll);
timer = setTimeout(poll, 30000 + 15000 * Math.random());
})();
