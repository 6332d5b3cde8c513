// Keeps the numbers in the sidebar fresh while someone looks at the page.

import { poll } from "../parts/poll.js";

const INTERVAL_MS = 20000;

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {WithData} sidebar */
export default function sidebarCounts(sidebar) {
  /** @param {string} selector */
  const all = (selector) => sidebar.querySelectorAll(selector);
  poll(() => INTERVAL_MS, async () => {
    const response = await fetch(sidebar.dataset.address, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return false;
    for (const [key, [count, text]] of Object.entries(await response.json())) {
      const name = CSS.escape(key);
      for (const element of all(`[data-sidebar-count=${name}]`)) setText(element, count);
      for (const element of all(`[data-sidebar-count-text=${name}]`)) setText(element, text);
    }
    return true;
  });
}
