// The status line: announces the count to screen readers, and tells everyone since when the count
// has not been updated.

import { pluralize, interpolate, formatTime } from "../lib/format.js";
import { throttle } from "../lib/throttle.js";
import { lang } from "./page.js";

const MIN_PAUSE_MS = 10000;
const statusWriters = new WeakMap();

function writerOf(element) {
  if (statusWriters.has(element)) return statusWriters.get(element);
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

const lastCounts = new WeakMap();

/**
 * Announce the count once it has changed.
 *
 * The first count is not announced if the page shows no status yet.
 */
export function announceCount(element, count) {
  const isChanged = lastCounts.has(element) ? lastCounts.get(element) !== count : element.textContent.trim() !== "";
  lastCounts.set(element, count);
  if (isChanged && element.dataset.many) writerOf(element)(liveStatus(element, count));
}

function liveStatus(element, count) {
  const { one, many } = element.dataset;
  return { text: pluralize(count, one, many, lang()), isOffline: false };
}

/** Announce the count immediately, changed or not, because it is live again. */
export function announceOnline(element, count) {
  if (element.dataset.many) writerOf(element).now(liveStatus(element, count));
}

/** Announce immediately that the count is stale, with the text of data-offline and its {time}. */
export function announceOffline(element, knownSince) {
  const { offline } = element.dataset;
  if (!offline) return;
  const text = interpolate(offline, { time: formatTime(knownSince, lang()) });
  writerOf(element).now({ text, isOffline: true });
}
