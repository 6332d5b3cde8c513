// Waits next to the chrysalis: polls for the butterfly's number and shows its page once there is
// one.

import { DONE, poll } from "../parts/poll.js";

const FIRST_MS = 700;
const STEADY_ATTEMPTS = 5;
const MAX_ATTEMPTS = 20;
const BACKOFF = 1.25;

/**
 * @param {string} url
 * @returns {Promise<number | null>}
 */
async function fetchNumber(url) {
  try {
    const response = await fetch(url, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      credentials: "omit",
    });
    return response.ok ? (await response.json()).number : null;
  } catch (error) {
    return null;
  }
}

/** @param {number} attempts */
const pauseMs = (attempts) => FIRST_MS * BACKOFF ** Math.max(0, attempts - STEADY_ATTEMPTS);

/** @param {HTMLElement} element */
export default function hatchPoll(element) {
  const { pathname, search } = window.location;
  const url = element.dataset.url || pathname + search;
  let attempts = 0;
  for (const button of element.querySelectorAll("[data-by-hand]")) button.hidden = true;
  poll(pauseMs, async () => {
    attempts += 1;
    const number = await fetchNumber(url);
    if (number) window.location.replace(pathname + search);
    else if (attempts < MAX_ATTEMPTS) return true;
    else for (const message of element.querySelectorAll("[data-late]")) message.hidden = false;
    return DONE;
  });
}
