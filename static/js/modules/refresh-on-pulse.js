// Refreshes the page's own figures once the pulse reports a changed count.

import { refreshLiveParts } from "../parts/live-parts.js";

const DELAY_MS = 12000;

export default function refreshOnPulse() {
  /** @type {number | null} */
  let lastCount = null;
  /** @type {number | null} */
  let timer = null;
  async function refresh() {
    timer = null;
    await refreshLiveParts();
  }
  document.addEventListener("volante:pulse", ({ detail }) => {
    const isChanged = lastCount !== null && lastCount !== detail.count;
    lastCount = detail.count;
    if (isChanged && !timer) timer = setTimeout(() => refresh().catch(() => {}), DELAY_MS);
  });
}
