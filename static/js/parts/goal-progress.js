// How far a petition is from its goal.

import { interpolate, formatNumber, pluralize } from "../lib/format.js";
import { lang } from "./page.js";

/**
 * Fill the bar of `element` up to `count` of its data-goal.
 *
 * The value for screen readers is in the bar's own scale.
 *
 * @param {HTMLElement} element
 * @param {number} count
 */
export function showProgress(element, count) {
  const goal = Number(element.dataset.goal);
  if (!goal) return;
  const progress = Math.min(1, count / goal);
  for (const bar of element.querySelectorAll("[data-progress-fill]")) {
    bar.setAttribute("width", String(Math.round(progress * 10000) / 100));
  }
  const meter = element.matches("[aria-valuenow]")
    ? element
    : element.querySelector("[aria-valuenow]");
  if (!meter) return;
  meter.setAttribute(
    "aria-valuenow",
    String(Math.round(progress * Number(meter.getAttribute("aria-valuemax") || 100))),
  );
  const { valuetext } = meter.dataset;
  if (!valuetext) return;
  meter.setAttribute(
    "aria-valuetext",
    interpolate(valuetext, { n: formatNumber(count, lang()), goal: formatNumber(goal, lang()) }),
  );
}

/**
 * Show how many are still to go, from data-one and data-many, or the text of data-reached at the goal.
 *
 * @param {HTMLElement} element
 * @param {number} count
 * @param {number} goal
 */
export function showToGo(element, count, goal) {
  if (!goal) return;
  const remaining = Math.max(0, goal - count);
  const { one, many, reached } = /** @type {TemplateData} */ (element.dataset);
  element.textContent = remaining === 0 && reached ? reached : pluralize(remaining, one, many, lang());
}
