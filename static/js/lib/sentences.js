// Sentences come from the page. This module only fills in numbers, names and times.

// Same formats as on the server. English puts the day before the month. "es" means Mexico: 28,000
// with a comma, from four digits on.
const LOCALES = { en: "en-GB", es: "es-MX" };
export const localeOf = (lang) => LOCALES[lang] || lang || "en-GB";

export function number(n, lang) {
  const text = new Intl.NumberFormat(localeOf(lang)).format(n);
  // Older phones separate French thousands with a wide space.
  return lang === "fr" ? text.replace(/\s/g, "\u202f") : text;
}

/** Return the day of an ISO date in words. French writes the first of a month as 1er. */
export function day(iso, lang) {
  const format = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const words = new Intl.DateTimeFormat(localeOf(lang), format).format(new Date(`${iso}T00:00:00Z`));
  return lang === "fr" ? words.replace(/^1 /, "1er ") : words;
}

const SPANS = [
  ["day", 86400000],
  ["hour", 3600000],
  ["minute", 60000],
];

/** Return how long `ms` is in words, in the largest unit that it fills, or nearly fills. */
export function span(ms, lang) {
  const long = Math.abs(ms);
  const [unit, size] = SPANS.find(([, each]) => long >= 0.95 * each) || SPANS[SPANS.length - 1];
  const format = { style: "unit", unit, unitDisplay: "long" };
  const text = new Intl.NumberFormat(localeOf(lang), format).format(Math.round(long / size));
  return lang === "fr" ? text.replace(/(\d)\s(?=\d)/g, "$1\u202f") : text;
}

// The 24-hour clock, as on the server: "1:38" alone could be morning or afternoon.
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function timed(date, lang, parts) {
  const words = new Intl.DateTimeFormat(localeOf(lang), { ...CLOCK, ...parts }).format(date);
  if (lang !== "fr") return words;
  return words.replace(/(\d\d):(\d\d)/, (all, hour, minute) =>
    `${Number(hour)}\u00a0h${minute === "00" ? "" : `\u00a0${minute}`}`,
  );
}

/** Return the time of `ms` on the reader's clock, with the day if that is not today. */
export function moment(ms, lang, now = Date.now()) {
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
  return timed(ms, lang, isToday ? {} : { day: "numeric", month: "long" });
}

/** Return the weekday and time of `date` in the time zone `zone`, by default the reader's. */
export function dayAndHour(date, lang, zone) {
  return timed(date, lang, { weekday: "short", timeZone: zone });
}

/** Put `values` in the {braces} of `text`. Unknown names stay as they are. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Choose between two sentences by the plural rule of `lang`, and put the number in {n}. */
export function counted(n, one, many, lang) {
  const isOne = new Intl.PluralRules(localeOf(lang)).select(n) === "one";
  return fill(isOne && one ? one : many, { n: number(n, lang) });
}
