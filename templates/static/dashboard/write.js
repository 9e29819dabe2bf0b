// A call of the JSON API that writes, followed until its outcome is known.
import { logIn } from "./login.js";
import { say } from "./say.js";

const LIMIT_MS = 20_000;
const POLL_MS = [200, 400, 800, 1500];
const PATIENCE = 40; // polls; after that it is left to come by itself
const LOST =
  "The connection failed, so we don't know whether this was saved. Send again: nothing is saved twice.";

// Returns {ok, isKnown, data} or {ok, isKnown, error, code, fields, data}. What is not `isAsked` for by
// a person asks no person to log in.
export async function write(method, path, body, { key = newKey(), etag, isAsked = true } = {}) {
  const headers = { "Idempotency-Key": key };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-Match"] = `"${etag}"`;
  for (;;) {
    const outcome = await writeOnce(path, { method, body, headers });
    if (outcome.code !== "NO_SESSION" || !isAsked || !(await logIn())) return outcome;
  }
}

async function writeOnce(path, call) {
  try {
    const answer = await fetch(path, { ...call, signal: AbortSignal.timeout(LIMIT_MS) });
    const said = await answer.json();
    const isKnown = answer.status !== 503;
    if (said.code === "UNKNOWN") return { ok: false, isKnown, error: LOST };
    if (answer.status !== 202) return { ...said, isKnown };
    say("Saved. Your page is updated in a moment.");
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

export function newKey() {
  // Without TLS, and not on this machine, a browser has no randomUUID.
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].join("-");
}
