// Keeps the numbers in the sidebar fresh while someone looks at the page.

import { keepAsking } from "../parts/keep-asking.js";

const EVERY_MS = 20000;

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export default function railNumbers(rail) {
  const find = (selector) => rail.querySelectorAll(selector);
  keepAsking(EVERY_MS, async () => {
    const response = await fetch(rail.dataset.address, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return false;
    for (const [place, [figure, words]] of Object.entries(await response.json())) {
      const name = CSS.escape(place);
      for (const element of find(`[data-rail-number=${name}]`)) write(element, figure);
      for (const element of find(`[data-rail-words=${name}]`)) write(element, words);
    }
    return true;
  });
}
