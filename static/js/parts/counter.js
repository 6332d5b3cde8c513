// A number that counts up to the server's value, or down to it.

import { counted, number } from "../lib/sentences.js";
import { isStill, lang } from "./page.js";

const MAX_MS = 900;
const LONG = 100000;
const shown = new WeakMap();

function valueIn(element) {
  return Number(element.dataset.value || element.textContent.replace(/\D/g, ""));
}

function write(element, n) {
  const { one, many } = element.dataset;
  element.textContent = many ? counted(n, one, many, lang()) : number(n, lang());
  if (element.classList.contains("count")) element.classList.toggle("count--long", n >= LONG);
}

/** Show the text beside a count of `n`: data-none, data-one or data-many. */
export function showCountWords(element, n) {
  const { none, one, many } = element.dataset;
  const words = n || none === undefined ? counted(n, one, many, lang()) : none;
  if (element.textContent.trim() !== words) element.textContent = words;
  element.hidden = !words;
}

/** Show `n` in `element`, as a number or in its sentence from data-one and data-many. */
export function showCount(element, n) {
  const state = shown.get(element) || { value: valueIn(element), goal: null };
  shown.set(element, state);
  if (state.goal === n) return;
  state.goal = n;
  cancelAnimationFrame(state.frame);
  const from = state.value;
  const length =
    isStill() || Math.abs(n - from) < 2 ? 0 : Math.min(MAX_MS, 240 + 40 * Math.abs(n - from));
  let start = null;
  const step = (now) => {
    start = start === null ? now : start;
    const part = length ? Math.min(1, (now - start) / length) : 1;
    state.value = Math.round(from + (n - from) * (1 - (1 - part) ** 3));
    write(element, state.value);
    if (part < 1) state.frame = requestAnimationFrame(step);
  };
  if (length) state.frame = requestAnimationFrame(step);
  else step(0);
}
