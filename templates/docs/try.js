// Sends a call as the reader has written it, with the key that was pasted, and shows the answer.
const key = document.getElementById("key");
const MEANINGS = { 200: "done", 201: "published", 202: "stored, published soon" };

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

async function send(form) {
  if (!key.value.trim()) {
    tell(form, "Paste the key of your page above first.");
    key.focus();
    return;
  }
  const button = form.querySelector("button");
  button.disabled = true;
  tell(form, "Sending…");
  try {
    await show(form, await fetch(address(form), request(form)));
  } catch (error) {
    tell(form, error instanceof TypeError ? "No answer arrived. Check the connection and the key." : String(error));
  }
  button.disabled = false;
}

function address(form) {
  return form.dataset.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(form.elements.namedItem(name).value.trim()));
}

function request(form) {
  const headers = { Authorization: `Bearer ${key.value.trim()}` };
  const body = form.elements.namedItem("body")?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return { method: form.dataset.method, headers, body, credentials: "omit", cache: "no-store" };
}

async function show(form, answer) {
  const text = await answer.text();
  const meaning = MEANINGS[answer.status] ?? "refused";
  tell(form, `${answer.status}: ${meaning}`, readable(text));
  const made = /^i_\w+$/.exec(parse(text)?.data?.id);
  const receipt = /r_\w+$/.exec(answer.headers.get("Location"));
  const detail = { ...(made && { incident: made[0] }), ...(receipt && { receipt: receipt[0] }) };
  document.dispatchEvent(new CustomEvent("fill", { detail }));
}

function tell(form, sentence, text = "") {
  form.querySelector(".outcome").textContent = sentence;
  form.querySelector("pre").hidden = !text;
  form.querySelector("pre code").textContent = text;
}

function readable(text) {
  const value = parse(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
