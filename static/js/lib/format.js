// Sentences come from the page. This module only fills in numbers, names and times.

// The same preferred locales as on the server, in campaign/i18n/locales.py.
/** @type {Record<string, string>} */
const LOCALES = { en: "en-CA", es: "es-MX", fr: "fr-CA" };
// The server writes all numbers with the digits 0 to 9, also where browsers would use others.
/** @param {string} lang */
const localeOf = (lang) => LOCALES[lang] || `${lang}-u-nu-latn`;
/** @param {string} lang */
const isFrench = (lang) => /^fr\b/.test(lang);

/**
 * @param {number} count
 * @param {string} lang
 * @returns {string}
 */
export function formatNumber(count, lang) {
  return new Intl.NumberFormat(localeOf(lang)).format(count);
}

/**
 * @param {number} share
 * @param {string} lang
 * @returns {string}
 */
export function formatPercent(share, lang) {
  return new Intl.NumberFormat(localeOf(lang), { style: "percent" }).format(share);
}

/**
 * Return the name of a country, with a capital as in lists, or "" where the browser has none.
 *
 * @param {string} code
 * @param {string} lang
 * @returns {string}
 */
export function countryName(code, lang) {
  if (!code || typeof Intl.DisplayNames !== "function") return "";
  const name = new Intl.DisplayNames([localeOf(lang)], { type: "region" }).of(code) || code;
  return name[0].toUpperCase() + name.slice(1);
}

/**
 * Return the day of an ISO date in words. French writes the first of a month as 1er.
 *
 * @param {string} iso
 * @param {string} lang
 * @returns {string}
 */
export function formatDay(iso, lang) {
  /** @type {Intl.DateTimeFormatOptions} */
  const format = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const text = new Intl.DateTimeFormat(localeOf(lang), format).format(new Date(`${iso}T00:00:00Z`));
  return isFrench(lang) ? text.replace(/^1 /, "1er ") : text;
}

/** @type {[unit: string, ms: number][]} */
const UNITS = [
  ["day", 86400000],
  ["hour", 3600000],
  ["minute", 60000],
];

/**
 * Return how long `ms` is in words, in the largest unit that it fills, or nearly fills.
 *
 * @param {number} ms
 * @param {string} lang
 * @returns {string}
 */
export function formatDuration(ms, lang) {
  const duration = Math.abs(ms);
  const [unit, size] = UNITS.find(([, unitMs]) => duration >= 0.95 * unitMs) || UNITS[UNITS.length - 1];
  /** @type {Intl.NumberFormatOptions} */
  const format = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(localeOf(lang), format).format(Math.round(duration / size));
}

// The 24-hour clock, as on the server: "1:38" alone could be morning or afternoon.
/** @type {Intl.DateTimeFormatOptions} */
const CLOCK_FORMAT = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/**
 * @param {Date | number} date
 * @param {string} lang
 * @param {Intl.DateTimeFormatOptions} parts
 * @returns {string}
 */
function formatClock(date, lang, parts) {
  const text = new Intl.DateTimeFormat(localeOf(lang), { ...CLOCK_FORMAT, ...parts }).format(date);
  if (!isFrench(lang)) return text;
  // Browsers write 15 h 04 or 15:04, and 19 h 00 for what we write as 19 h.
  return text.replace(/(\d\d)(?::|\s?h\s?)(\d\d)/, (all, hour, minute) =>
    `${Number(hour)}\u00a0h${minute === "00" ? "" : `\u00a0${minute}`}`,
  );
}

/**
 * Return the time of `ms` on the reader's clock, with the day if that is not today.
 *
 * @param {number} ms
 * @param {string} lang
 * @param {number} [now]
 * @returns {string}
 */
export function formatTime(ms, lang, now = Date.now()) {
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
  return formatClock(ms, lang, isToday ? {} : { day: "numeric", month: "long" });
}

/**
 * Return the weekday and time of `date` in the time zone `zone`, by default the reader's.
 *
 * @param {Date} date
 * @param {string} lang
 * @param {string} [zone]
 * @returns {string}
 */
export function formatWeekdayAndTime(date, lang, zone) {
  return formatClock(date, lang, { weekday: "long", timeZone: zone });
}

/**
 * Put `values` in the {braces} of `text`. Unknown names stay as they are.
 *
 * @param {string} text
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function interpolate(text, values) {
  return text.replace(/\{(\w+)\}/g, (match, name) => (name in values ? String(values[name]) : match));
}

/**
 * Choose between two sentences by the plural rule of `lang`, and put the number in {n}.
 *
 * @param {number} count
 * @param {string | undefined} one
 * @param {string} many
 * @param {string} lang
 * @returns {string}
 */
export function pluralize(count, one, many, lang) {
  const isSingular = new Intl.PluralRules(localeOf(lang)).select(count) === "one";
  return interpolate(isSingular && one ? one : many, { n: formatNumber(count, lang) });
}
