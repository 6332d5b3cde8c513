// Refreshes the page's own figures once the pulse reports a changed count.

import { refreshLiveParts } from "../parts/live-parts.js";

const BETWEEN_MS = 12000;

export default function liveFigures() {
  let last = null;
  let timer = null;
  async function refresh() {
    timer = null;
    await refreshLiveParts();
  }
  document.addEventListener("volante:pulse", ({ detail }) => {
    const isNews = last !== null && last !== detail.count;
    last = detail.count;
    if (isNews && !timer) timer = setTimeout(() => refresh().catch(() => {}), BETWEEN_MS);
  });
}
