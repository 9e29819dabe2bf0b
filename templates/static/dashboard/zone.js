// Local times of a page's zone as instants. A time that clocks skip moves forward by the gap; of one
// that comes twice the first is meant. A note beside the field says so.
const DAY_MS = 864e5;

export function instant(local, zone) {
  return resolve(local, zone)?.at.toISOString() ?? local; // the API says what is wrong with it
}

// Returns the instant of a local time and what is special about it; nothing if it is no time.
export function resolve(local, zone) {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return null;
  const before = offset(wanted - DAY_MS, zone), after = offset(wanted + DAY_MS, zone);
  const [first, second] = [before, after].map((ms) => wanted - ms);
  const [isFirst, isSecond] = [first, second].map((at) => at + offset(at, zone) === wanted);
  const kind = isFirst ? (isSecond && first !== second ? "twice" : "") : isSecond ? "" : "skipped";
  return { at: new Date(!isFirst && isSecond ? second : first), kind };
}

function offset(at, timeZone) {
  const form = new Intl.DateTimeFormat("en-US", {
    timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const part = Object.fromEntries(form.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function noteOf(local, zone) {
  const { at, kind } = resolve(local, zone) ?? {};
  if (!kind) return "";
  const options = { timeZone: zone, day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  const meant = new Intl.DateTimeFormat("en-GB", { ...options, timeZoneName: "shortOffset" }).format(at);
  return kind === "twice"
    ? `Clocks in ${zone} are put back: this time comes twice. The first is used, ${meant}.`
    : `Clocks in ${zone} skip this time. ${meant} is used.`;
}

function tell(control) {
  const field = control.closest(".field") ?? control.parentElement;
  const note = field.querySelector("[data-clocks]") ?? newNote(field);
  note.textContent = noteOf(control.value, control.dataset.zone);
  note.hidden = !note.textContent;
}

function newNote(field) {
  const note = Object.assign(document.createElement("p"), { className: "m hint", role: "status" });
  note.dataset.clocks = "";
  field.append(note);
  return note;
}

document.addEventListener("input", ({ target }) => {
  if (target.dataset?.zone) tell(target);
});
