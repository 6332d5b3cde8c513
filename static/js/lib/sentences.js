// Sentences come from the page; here they only get their numbers, names and hours.

// As the server writes them: English names the day before its month, and "es" means Mexico: 28,000 with a comma, from four digits on.
const LOCALES = { en: "en-GB", es: "es-MX" };
export const localeOf = (lang) => LOCALES[lang] || lang || "en-GB";

export function number(n, lang) {
  const text = new Intl.NumberFormat(localeOf(lang)).format(n);
  // Older phones part French thousands with a wide space.
  return lang === "fr" ? text.replace(/\s/g, "\u202f") : text;
}

/** Write the day of an ISO date in words. French counts the first of a month, 1er mai, and names the others. */
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

/** Return in words how long `ms` is, in the largest unit that it fills, or nearly. */
export function span(ms, lang) {
  const long = Math.abs(ms);
  const [unit, size] = SPANS.find(([, each]) => long >= 0.95 * each) || SPANS[SPANS.length - 1];
  const format = { style: "unit", unit, unitDisplay: "long" };
  const text = new Intl.NumberFormat(localeOf(lang), format).format(Math.round(long / size));
  return lang === "fr" ? text.replace(/(\d)\s(?=\d)/g, "$1\u202f") : text;
}

// The time of day by the 24-hour clock, as the server writes it: "1:38" alone could be either half of the day.
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function timed(date, lang, parts) {
  const words = new Intl.DateTimeFormat(localeOf(lang), { ...CLOCK, ...parts }).format(date);
  if (lang !== "fr") return words;
  return words.replace(/(\d\d):(\d\d)/, (all, hour, minute) =>
    `${Number(hour)}\u00a0h${minute === "00" ? "" : `\u00a0${minute}`}`,
  );
}

/** Return the time of `ms` on the reader's clock, with its day when that is not today. */
export function moment(ms, lang, now = Date.now()) {
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
  return timed(ms, lang, isToday ? {} : { day: "numeric", month: "long" });
}

/** Return weekday and time of `date` by the clock of `zone`, or of the reader without one. */
export function dayAndHour(date, lang, zone) {
  return timed(date, lang, { weekday: "short", timeZone: zone });
}

/** Put `values` in the {braces} of `text`; unknown names stay as they are. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Choose between two sentences by the plural rule of `lang`, and put the number in {n}. */
export function counted(n, one, many, lang) {
  const isOne = new Intl.PluralRules(localeOf(lang)).select(n) === "one";
  return fill(isOne && one ? one : many, { n: number(n, lang) });
}
