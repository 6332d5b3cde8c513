// The status line: announces the count to screen readers, and tells everyone since when the count
// has not been updated.

import { pluralize, interpolate, formatTime } from "../lib/format.js";
import { throttle } from "../lib/throttle.js";
import { lang } from "./page.js";

/** @import { Throttled } from "../lib/throttle.js" */

const MIN_PAUSE_MS = 10000;
/** @type {WeakMap<HTMLElement, Throttled<Status>>} */
const statusWriters = new WeakMap();

/** @typedef {{ text: string, isOffline: boolean }} Status */

/**
 * @param {HTMLElement} element
 * @returns {Throttled<Status>}
 */
function writerOf(element) {
  const known = statusWriters.get(element);
  if (known) return known;
  /** @type {Throttled<Status>} */
  const writer = throttle(MIN_PAUSE_MS, ({ text, isOffline }) => {
    element.classList.toggle("is-offline", isOffline);
    // Writing the same text again would make some screen readers repeat it.
    if (element.textContent.trim() === text) return false;
    element.textContent = text;
    return true;
  });
  element.setAttribute("aria-live", "polite");
  statusWriters.set(element, writer);
  return writer;
}

/** @type {WeakMap<HTMLElement, number>} */
const lastCounts = new WeakMap();

/**
 * Announce the count once it has changed.
 *
 * The first count is not announced if the page shows no status yet.
 *
 * @param {HTMLElement} element
 * @param {number} count
 */
export function announceCount(element, count) {
  const isChanged = lastCounts.has(element) ? lastCounts.get(element) !== count : element.textContent.trim() !== "";
  lastCounts.set(element, count);
  if (isChanged && element.dataset.many) writerOf(element)(liveStatus(element, count));
}

/**
 * @param {HTMLElement} element
 * @param {number} count
 * @returns {Status}
 */
function liveStatus(element, count) {
  const { one, many } = /** @type {TemplateData} */ (element.dataset);
  return { text: pluralize(count, one, many, lang()), isOffline: false };
}

/**
 * Announce the count immediately, changed or not, because it is live again.
 *
 * @param {HTMLElement} element
 * @param {number} count
 */
export function announceOnline(element, count) {
  if (element.dataset.many) writerOf(element).now(liveStatus(element, count));
}

/**
 * Announce immediately that the count is stale, with the text of data-offline and its {time}.
 *
 * @param {HTMLElement} element
 * @param {number} knownSince
 */
export function announceOffline(element, knownSince) {
  const { offline } = element.dataset;
  if (!offline) return;
  const text = interpolate(offline, { time: formatTime(knownSince, lang()) });
  writerOf(element).now({ text, isOffline: true });
}
