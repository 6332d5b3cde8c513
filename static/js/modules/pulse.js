// Keeps the counts of a page live: one watcher per data-pulse address, however many elements name
// it.

import { Pulse } from "../lib/pulse.js";
import { interpolate, formatNumber } from "../lib/format.js";
import { showCount, showCountText } from "../parts/counter.js";
import { lang } from "../parts/page.js";
import { showProgress, showToGo } from "../parts/goal-progress.js";
import { announceOnline, announceCount, announceOffline } from "../parts/pulse-status.js";

/** @import { PulseAnswer, PulseState } from "../../../types/pulse" */

/**
 * The watchers of this page by address.
 *
 * A module that starts late finds the last answer in `.answer`.
 *
 * @type {Map<string, Pulse>}
 */
export const watchers = new Map();

// An element belongs to the nearest pulse around it, or else to the first one of the page.
/**
 * @param {string} url
 * @param {string} selector
 */
function elementsOf(url, selector) {
  return [...document.querySelectorAll(selector)].filter((element) => {
    const container = element.closest("[data-pulse]") || document.querySelector("[data-pulse]");
    return container && container.dataset.pulse === url;
  });
}

/**
 * @param {string} slug
 * @param {number} count
 */
function showPetition(slug, count) {
  const name = CSS.escape(`petition:${slug}`);
  /** @param {string} selector */
  const all = (selector) => document.querySelectorAll(selector);
  for (const element of all(`[data-count=${name}]`)) showCount(element, count);
  for (const element of all(`[data-progress=${name}]`)) showProgress(element, count);
  for (const element of all(`[data-to-go=${name}], [data-progress=${name}] [data-to-go]`)) {
    const { goal } = (element.closest("[data-goal]") || element).dataset;
    showToGo(element, count, Number(goal));
  }
}

/**
 * @param {string} url
 * @param {PulseAnswer} answer
 */
function render(url, answer) {
  for (const element of elementsOf(url, "[data-count=cause]")) showCount(element, answer.count);
  for (const element of elementsOf(url, "[data-count-text]")) showCountText(element, answer.count);
  for (const element of elementsOf(url, "[data-next-number]")) {
    element.textContent = interpolate(element.dataset.text || "{n}", {
      n: formatNumber(answer.count + 1, lang()),
    });
  }
  const counts = { ...answer.petitions, ...answer.actions };
  for (const [slug, count] of Object.entries(counts)) showPetition(slug, count);
  for (const element of elementsOf(url, "[data-pulse-status]")) announceCount(element, answer.count);
}

/**
 * @param {string} name
 * @param {PulseAnswer | PulseState} detail
 */
const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** @param {WithData} element */
export default function pulse(element) {
  const url = element.dataset.pulse;
  if (!url || watchers.has(url)) return;
  const watcher = new Pulse(url, {
    onAnswer(answer) {
      render(url, answer);
      dispatch("volante:pulse", answer);
    },
    onLive(isLive, knownSince) {
      for (const status of elementsOf(url, "[data-pulse-status]")) {
        if (isLive) announceOnline(status, watcher.answer?.count ?? 0);
        else announceOffline(status, knownSince);
      }
      dispatch("volante:pulse-state", { url, isLive, knownSince });
    },
  });
  watchers.set(url, watcher);
  // Browsers fire several events on returning to a page, and one request is enough.
  let isRunning = false;
  const stop = () => {
    isRunning = false;
    watcher.stop();
  };
  const resume = () => {
    if (document.hidden) {
      stop();
    } else if (!isRunning) {
      isRunning = true;
      watcher.ask();
    }
  };
  document.addEventListener("visibilitychange", resume);
  window.addEventListener("online", () => document.hidden || watcher.ask());
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => event.persisted && resume());
  resume();
}
