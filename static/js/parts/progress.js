// How far a petition is from its goal.

import { fill, number } from "../lib/sentences.js";
import { lang } from "./page.js";

/**
 * Fill the bar of `element` up to `n` of its data-goal.
 *
 * The value for screen readers is in the bar's own scale.
 */
export function showProgress(element, n) {
  const goal = Number(element.dataset.goal);
  if (!goal) return;
  const part = Math.min(1, n / goal);
  for (const bar of element.querySelectorAll("[data-progress-fill]")) {
    bar.setAttribute("width", String(Math.round(part * 10000) / 100));
  }
  const meter = element.matches("[aria-valuenow]")
    ? element
    : element.querySelector("[aria-valuenow]");
  if (!meter) return;
  meter.setAttribute(
    "aria-valuenow",
    String(Math.round(part * Number(meter.getAttribute("aria-valuemax") || 100))),
  );
  const { valuetext } = meter.dataset;
  if (!valuetext) return;
  meter.setAttribute(
    "aria-valuetext",
    fill(valuetext, { n: number(n, lang()), goal: number(goal, lang()) }),
  );
}

/** Show how many are still to go, or the text of data-reached at the goal. */
export function showToGo(element, n, goal) {
  if (!goal) return;
  const left = Math.max(0, goal - n);
  const { text, reached } = element.dataset;
  element.textContent =
    left === 0 && reached ? reached : fill(text || "{n}", { n: number(left, lang()) });
}
