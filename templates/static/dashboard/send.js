// Forms with `data-api` are sent to the JSON API, each filling once, whatever happens on the way:
// the same filling has the same Idempotency-Key until it is known what became of it.
//   data-method   PATCH or DELETE, where a form has no word for it
//   data-etag     what the settings were when they were shown (If-Match)
//   data-go       where to go afterwards; {id} is the answer's
//   data-then     what to show in place instead of this same screen; data-back: what gets the focus
//   data-said     what is said when it is done
//   data-reveals  the dialog that shows a secret of the answer
import { bodyOf, faultsOf } from "./body.js";
import { reveal } from "./secret.js";
import { button, clear, link, problem, say } from "./say.js";
import { show } from "./swap.js";

const LIMIT_MS = 20_000;
const POLL_MS = [200, 400, 800, 1500];
const PATIENCE = 40; // polls; after that it is left to come by itself
const LOST =
  "The connection failed, so it is not known whether this was stored. Send it again: it is done only once.";
const fillings = new WeakMap();

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-api]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

async function send(form, submitter) {
  if (form.ariaBusy === "true") return;
  clear(form);
  const faults = faultsOf(form);
  const [error] = Object.values(faults);
  if (error) return problem(form, { error, fields: faults });
  form.ariaBusy = "true";
  const method = form.dataset.method ?? "POST";
  const body = await bodyOf(form, submitter);
  const isEmpty = !Object.keys(body).length;
  if (method === "PATCH" && isEmpty) {
    form.ariaBusy = null;
    return done(form, {}, "Nothing was changed.");
  }
  submitter?.classList.add("pending");
  const text = method === "DELETE" && isEmpty ? undefined : JSON.stringify(body);
  const outcome = await write(method, form.getAttribute("action"), text, {
    key: keyOf(form, text), etag: form.dataset.etag,
  });
  form.ariaBusy = null;
  submitter?.classList.remove("pending");
  if (outcome.isKnown) fillings.delete(form);
  if (outcome.ok) await done(form, outcome.data, form.dataset.said);
  else refused(form, outcome);
}

// Returns {ok, isKnown, data} or {ok, isKnown, error, code, fields}.
export async function write(method, path, body, { key = newKey(), etag } = {}) {
  const headers = { "Idempotency-Key": key };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-Match"] = `"${etag}"`;
  try {
    const answer = await fetch(path, { method, body, headers, signal: AbortSignal.timeout(LIMIT_MS) });
    const said = await answer.json();
    const isKnown = answer.status !== 503;
    if (said.code === "UNKNOWN") return { ok: false, isKnown, error: LOST };
    if (answer.status !== 202) return { ...said, isKnown };
    say("Stored. Visitors see it in a moment.");
    return await followed(answer.headers.get("Location"), said.data);
  } catch {
    return { ok: false, isKnown: false, error: LOST };
  }
}

async function followed(receipt, data) {
  for (let turn = 0; turn < PATIENCE; turn++) {
    await new Promise((go) => setTimeout(go, POLL_MS[Math.min(turn, POLL_MS.length - 1)]));
    const found = await fetch(receipt).then((answer) => answer.json()).catch(() => null);
    const { state, refusal } = found?.data ?? {};
    if (state === "published" || found?.code === "NO_SESSION") break; // with an account its session ends
    if (refusal || state === "failed") return { ok: false, isKnown: true, ...refusal };
  }
  return { ok: true, isKnown: true, data };
}

function keyOf(form, text) {
  const last = fillings.get(form);
  if (last && last.text === text) return last.key;
  const key = newKey();
  fillings.set(form, { text, key });
  return key;
}

function newKey() {
  // Without TLS, and not on this machine, a browser has no randomUUID.
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].join("-");
}

async function done(form, data, said = "Done.") {
  const { go, then, back } = form.dataset;
  if (go) return location.assign(go.replace("{id}", encodeURIComponent(data.id)));
  form.closest("dialog")?.close();
  form.reset();
  say(said);
  if (form.dataset.reveals) reveal(form.dataset.reveals, data.key);
  await show(then ?? location.href, { push: Boolean(then), back }).catch(() =>
    say("It is stored, but the screen could not be read anew. Please reload it."),
  );
}

function refused(form, outcome) {
  const more = [];
  if (outcome.code === "NO_SESSION") {
    const next = encodeURIComponent(location.pathname + location.search);
    more.push(link("Log in again", `/dashboard/login?next=${next}`));
  }
  if (outcome.code === "CONFLICT" && form.dataset.etag) {
    more.push(button("Show the current values", () => { form.reset(); show(); }));
  }
  problem(form, { error: "Something went wrong on our side.", ...outcome }, ...more);
}
