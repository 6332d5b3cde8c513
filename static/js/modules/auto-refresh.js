// Refreshes the page's live parts every few seconds while someone looks at it.

import { poll } from "../parts/poll.js";
import { refreshLiveParts } from "../parts/live-parts.js";

/** @param {HTMLElement} element */
export default function autoRefresh(element) {
  poll(() => Number(element.dataset.every) * 1000, refreshLiveParts);
}
