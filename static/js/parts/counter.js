// A number that counts up to the server's value, or down to it.

import { pluralize, formatNumber } from "../lib/format.js";
import { prefersReducedMotion, lang } from "./page.js";

const MAX_MS = 900;
const LONG_COUNT = 100000;

/** @typedef {{ value: number, goal: number | null, frame: number }} CounterState */

/** @type {WeakMap<HTMLElement, CounterState>} */
const states = new WeakMap();

/** @param {HTMLElement} element */
function initialValue(element) {
  return Number(element.dataset.value || element.textContent.replace(/\D/g, ""));
}

/**
 * @param {HTMLElement} element
 * @param {number} n
 */
function render(element, n) {
  const { one, many } = element.dataset;
  element.textContent = many ? pluralize(n, one, many, lang()) : formatNumber(n, lang());
  if (element.classList.contains("count")) element.classList.toggle("count--long", n >= LONG_COUNT);
}

/**
 * Show the text beside a count of `n`: data-none, data-one or data-many.
 *
 * @param {HTMLElement} element
 * @param {number} n
 */
export function showCountText(element, n) {
  const { none, one, many } = /** @type {TemplateData} */ (element.dataset);
  const text = n || none === undefined ? pluralize(n, one, many, lang()) : none;
  if (element.textContent.trim() !== text) element.textContent = text;
  element.hidden = !text;
}

/**
 * Show `n` in `element`, as a number or in its sentence from data-one and data-many.
 *
 * @param {HTMLElement} element
 * @param {number} n
 */
export function showCount(element, n) {
  const state = states.get(element) || { value: initialValue(element), goal: null, frame: 0 };
  states.set(element, state);
  if (state.goal === n) return;
  state.goal = n;
  cancelAnimationFrame(state.frame);
  const from = state.value;
  const duration =
    prefersReducedMotion() || Math.abs(n - from) < 2 ? 0 : Math.min(MAX_MS, 240 + 40 * Math.abs(n - from));
  /** @type {number | null} */
  let start = null;
  /** @param {number} now */
  const step = (now) => {
    start = start === null ? now : start;
    const progress = duration ? Math.min(1, (now - start) / duration) : 1;
    state.value = Math.round(from + (n - from) * (1 - (1 - progress) ** 3));
    render(element, state.value);
    if (progress < 1) state.frame = requestAnimationFrame(step);
  };
  if (duration) state.frame = requestAnimationFrame(step);
  else step(0);
}
