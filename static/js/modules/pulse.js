// Keeps the counts of a page live: one watcher per data-pulse address, however many elements name
// it.

import { Pulse } from "../lib/pulse.js";
import { fill, number } from "../lib/sentences.js";
import { showCount, showCountWords } from "../parts/counter.js";
import { lang } from "../parts/page.js";
import { showProgress, showToGo } from "../parts/progress.js";
import { sayBack, sayCount, sayOffline } from "../parts/pulse-status.js";

/**
 * The watchers of this page by address.
 *
 * A module that starts late finds the last answer in `.answer`.
 */
export const pulses = new Map();

// An element belongs to the nearest pulse around it, or else to the first one of the page.
function elementsOf(url, selector) {
  return [...document.querySelectorAll(selector)].filter((element) => {
    const home = element.closest("[data-pulse]") || document.querySelector("[data-pulse]");
    return home && home.dataset.pulse === url;
  });
}

function showPetition(slug, n) {
  const name = CSS.escape(`petition:${slug}`);
  const all = (selector) => document.querySelectorAll(selector);
  for (const element of all(`[data-count=${name}]`)) showCount(element, n);
  for (const element of all(`[data-progress=${name}]`)) showProgress(element, n);
  for (const element of all(`[data-to-go=${name}], [data-progress=${name}] [data-to-go]`)) {
    const { goal } = (element.closest("[data-goal]") || element).dataset;
    showToGo(element, n, Number(goal));
  }
}

function show(url, answer) {
  for (const element of elementsOf(url, "[data-count=cause]")) showCount(element, answer.count);
  for (const element of elementsOf(url, "[data-count-words]")) showCountWords(element, answer.count);
  for (const element of elementsOf(url, "[data-next-number]")) {
    element.textContent = fill(element.dataset.text || "{n}", {
      n: number(answer.count + 1, lang()),
    });
  }
  for (const [slug, n] of Object.entries(answer.petitions)) showPetition(slug, n);
  for (const element of elementsOf(url, "[data-pulse-status]")) sayCount(element, answer.count);
}

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

export default function pulse(element) {
  const url = element.dataset.pulse;
  if (!url || pulses.has(url)) return;
  const watcher = new Pulse(url, {
    onAnswer(answer) {
      show(url, answer);
      tell("volante:pulse", answer);
    },
    onLive(isLive, knownSince) {
      for (const status of elementsOf(url, "[data-pulse-status]")) {
        if (isLive) sayBack(status, watcher.answer.count);
        else sayOffline(status, knownSince);
      }
      tell("volante:pulse-state", { url, isLive, knownSince });
    },
  });
  pulses.set(url, watcher);
  // Browsers fire several events on returning to a page, and one request is enough.
  let isFollowing = false;
  const leave = () => {
    isFollowing = false;
    watcher.stop();
  };
  const follow = () => {
    if (document.hidden) {
      leave();
    } else if (!isFollowing) {
      isFollowing = true;
      watcher.ask();
    }
  };
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("online", () => document.hidden || watcher.ask());
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && follow());
  follow();
}
