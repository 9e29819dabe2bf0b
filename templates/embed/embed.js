(() => {
const root = document.documentElement, $ = (query, from = document) => from.querySelector(query);
// Any site may frame this document: the height is all that it tells.
function tellHeight() {
  const height = Math.ceil($('main').getBoundingClientRect().height);
  parent.postMessage({type: 'hepstatus:height', height}, '*');
}
new ResizeObserver(tellHeight).observe($('main'));
onload = tellHeight; // an observer waits until the frame is in view
const read = address => fetch(address, {cache: 'no-cache'});
const isOld = answer => !answer.ok || answer.headers.has('x-hepstatus-copy');
async function refresh() {
  const told = await read('/status-version.json');
  if (told.status === 404) {
    $('h1').textContent = 'This status page is not available';
    $('svg').replaceChildren();
    root.className = 'nodata';
    root.dataset.version = '';
  }
  if (isOld(told)) return true;
  if ((await told.json()).version === root.dataset.version) return false;
  const answer = await read(location.href);
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (isOld(answer)) return true;
  // Another style is not allowed by this document's policy.
  if ($('style', next).textContent !== $('style').textContent) location.reload();
  root.className = next.documentElement.className;
  root.dataset.version = next.documentElement.dataset.version;
  // The link stays, with the focus.
  for (const part of ['svg', 'h1', 'a bdi']) $(part).replaceWith($(part, next));
  return false;
}
let timer;
function wait() {
  clearTimeout(timer);
  timer = setTimeout(poll, 3e4 + 15e3 * Math.random());
}
async function poll() {
  wait();
  if (document.hidden) return;
  tellHeight(); // for a listener that came later
  $('p').hidden = !await refresh().catch(() => true);
}
document.addEventListener('visibilitychange', poll);
wait();
})();
