// Local times of a page's zone as instants. A time that a change of clocks skips is taken an hour on.

export function instant(local, zone) {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return local; // the API says what is wrong with it
  const near = wanted - offset(wanted, zone);
  return new Date(wanted - offset(near, zone)).toISOString();
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
