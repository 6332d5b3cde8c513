// The status line: announces the count to screen readers, and tells everyone since when the count
// has not been updated.

import { counted, fill, moment } from "../lib/sentences.js";
import { seldom } from "../lib/seldom.js";
import { lang } from "./page.js";

const BETWEEN_MS = 10000;
const writers = new WeakMap();

function writerOf(element) {
  if (writers.has(element)) return writers.get(element);
  const writer = seldom(BETWEEN_MS, ({ text, isOffline }) => {
    element.classList.toggle("is-offline", isOffline);
    // Writing the same text again would make some screen readers repeat it.
    if (element.textContent.trim() === text) return false;
    element.textContent = text;
    return true;
  });
  element.setAttribute("aria-live", "polite");
  writers.set(element, writer);
  return writer;
}

const last = new WeakMap();

/**
 * Announce the count once it has changed.
 *
 * The first count is not announced if the page shows no status yet.
 */
export function sayCount(element, n) {
  const isNews = last.has(element) ? last.get(element) !== n : element.textContent.trim() !== "";
  last.set(element, n);
  if (isNews && element.dataset.many) writerOf(element)(live(element, n));
}

function live(element, n) {
  const { one, many } = element.dataset;
  return { text: counted(n, one, many, lang()), isOffline: false };
}

/** Announce the count immediately, changed or not, because it is live again. */
export function sayBack(element, n) {
  if (element.dataset.many) writerOf(element).now(live(element, n));
}

/** Announce immediately that the count is stale, with the text of data-offline and its {time}. */
export function sayOffline(element, knownSince) {
  const { offline } = element.dataset;
  if (!offline) return;
  const text = fill(offline, { time: moment(knownSince, lang()) });
  writerOf(element).now({ text, isOffline: true });
}
