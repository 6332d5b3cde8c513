// The line that tells a screen reader the count, and everybody since when it is known once it
// stands still.

import { counted, fill, moment } from "../lib/sentences.js";
import { seldom } from "../lib/seldom.js";
import { lang } from "./page.js";

const BETWEEN_MS = 10000;
const writers = new WeakMap();

function writerOf(element) {
  if (writers.has(element)) return writers.get(element);
  const writer = seldom(BETWEEN_MS, ({ text, isOffline }) => {
    element.classList.toggle("is-offline", isOffline);
    // Writing the same words again would make some screen readers repeat them.
    if (element.textContent.trim() === text) return false;
    element.textContent = text;
    return true;
  });
  element.setAttribute("aria-live", "polite");
  writers.set(element, writer);
  return writer;
}

const last = new WeakMap();

/** Say the count once it has moved; the first is no news where the page says nothing yet. */
export function sayCount(element, n) {
  const isNews = last.has(element) ? last.get(element) !== n : element.textContent.trim() !== "";
  last.set(element, n);
  if (isNews && element.dataset.many) writerOf(element)(live(element, n));
}

function live(element, n) {
  const { one, many } = element.dataset;
  return { text: counted(n, one, many, lang()), isOffline: false };
}

/** Say the count at once, whether it moved or not: it is live again. */
export function sayBack(element, n) {
  if (element.dataset.many) writerOf(element).now(live(element, n));
}

/** Say at once that the count stands still, in the words of data-offline, with {time}. */
export function sayOffline(element, knownSince) {
  const { offline } = element.dataset;
  if (!offline) return;
  const text = fill(offline, { time: moment(knownSince, lang()) });
  writerOf(element).now({ text, isOffline: true });
}
