// How figures and times are written. Nothing here makes a figure: it says one that was told.

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en");
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });

let zone = "UTC";

export function setZone(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
  } catch {
    zone = undefined; // a name that this browser does not know: its own zone, which is the machine's
  }
}

export const zoneName = () => zone;
export const tokens = (count) => (count == null ? "–" : compact.format(count));
export const count = (number) => (number == null ? "–" : whole.format(number));
export const money = (amount) => (amount == null ? "–" : dollars.format(amount));

// Money of something whose price is not known in part, or at all.
export function cost(amount, unpriced) {
  if (!unpriced?.length) return money(amount);
  return amount ? `≥ ${money(amount)}` : "?";
}

export function percent(share) {
  if (share == null) return "–";
  if (share >= 999.5) return ">999%";
  if (share > 99 && share < 100) return "99%";
  return share > 0 && share < 1 ? "<1%" : `${Math.round(share)}%`;
}

export function minutes(length) {
  if (length == null) return "";
  const days = Math.floor(length / 1440);
  const hours = Math.floor((length % 1440) / 60);
  if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
  const left = Math.floor(length % 60);
  return hours ? (left ? `${hours} h ${left} min` : `${hours} h`) : `${left} min`;
}

export function span(seconds) {
  return seconds < 60 ? `${Math.round(seconds)} s` : minutes(seconds / 60);
}

export function age(seconds) {
  return seconds == null ? "" : `${span(seconds)} ago`;
}

function parts(time, style) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...style }).format(new Date(time));
}

const DAY = { year: "numeric", month: "2-digit", day: "2-digit" };

export function when(time, now) {
  if (!time) return "";
  const clock = parts(time, { hour: "2-digit", minute: "2-digit" });
  if (parts(time, DAY) === parts(now, DAY)) return clock;
  return `${parts(time, { weekday: "short", day: "numeric", month: "short" })} ${clock}`;
}

// As the reports write it: 2026-11-22 14:05.
export function moment(time) {
  if (!time) return "";
  const style = { timeZone: zone, ...DAY, hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat("sv-SE", style).format(new Date(time));
}
