// Waits while the server makes something: shows the progress, and the result at the end.

import { DONE, poll } from "../parts/poll.js";

/** @typedef {{ state: string, progress?: number, words?: string }} Progress */

const FIRST_MS = 500;
const FINAL = ["ready", "failed", "gone"];

// Public pages send no cookies. Pages of the workspace need the session.
/**
 * @param {URL} address
 * @param {RequestCredentials} credentials
 * @returns {Promise<Progress>}
 */
async function fetchProgress(address, credentials) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error", credentials });
    // A failed poster is reported with status 503.
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    if (response.ok || isJson) return await response.json();
    // It may have been cancelled in another window. The reloaded page says so.
    return { state: response.status === 404 ? "gone" : "unknown" };
  } catch (error) {
    return { state: "unknown" };
  }
}

// A file opens in place of this page. If the browser downloads it instead, the link stays.
/**
 * @param {HTMLElement} element
 * @param {HTMLAnchorElement} link
 */
function openResult(element, link) {
  for (const part of element.querySelectorAll("[data-in-progress]")) part.hidden = true;
  for (const part of element.querySelectorAll("[data-ready]")) part.hidden = false;
  link.href = window.location.href;
  window.location.replace(window.location.href);
}

/** @param {HTMLElement} element */
export default function progressPoll(element) {
  const address = new URL(window.location.href);
  address.searchParams.set("progress", "1");
  const bar = /** @type {HTMLProgressElement} */ (element.querySelector("progress"));
  const status = /** @type {HTMLElement} */ (element.querySelector("[data-progress-text]"));
  /** @type {HTMLAnchorElement | null} */
  const link = element.querySelector("[data-open]");
  const credentials = "public" in element.dataset ? "omit" : "same-origin";
  const intervalMs = Number(element.dataset.seconds) * 500;
  const check = async () => {
    const { state, progress = 0, words: text } = await fetchProgress(address, credentials);
    if (state === "ready" && link) {
      status.textContent = "";
      openResult(element, link);
      return DONE;
    }
    if (FINAL.includes(state)) {
      window.location.reload();
      return DONE;
    }
    if (text) {
      bar.value = progress;
      // Screen readers announce it, so change the text only if it is new.
      if (status.textContent !== text) status.textContent = text;
    }
    return true;
  };
  // It ends with the work, so it needs no limit for a page left untouched.
  poll((requests) => (requests ? intervalMs : FIRST_MS), check, { idleMs: Infinity });
}
