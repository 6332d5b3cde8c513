// Fetches the page's live parts again every so many seconds, while somebody looks at it. A page that was left open and that
// nobody has touched for long asks no more: it would keep its organizer signed in for ever.

import { refreshLiveParts } from "../parts/live-parts.js";

const TOUCHES = ["pointerdown", "keydown", "focus"];
const LEFT_MS = 30 * 60 * 1000;
const MOST_MS = 120000;

export default function freshPage(element) {
  const every = Number(element.dataset.every) * 1000;
  let pause = every;
  let touched = Date.now();
  let timer = 0;

  async function refresh() {
    timer = 0;
    if (document.hidden || Date.now() - touched > LEFT_MS) return;
    let went = false;
    try {
      went = await refreshLiveParts();
    } catch {
      // No network: asked again, less and less often.
    }
    pause = went ? every : Math.min(2 * pause, MOST_MS);
    plan();
  }

  function plan() {
    if (!timer) timer = setTimeout(refresh, pause);
  }

  for (const touch of TOUCHES) {
    addEventListener(touch, () => {
      touched = Date.now();
      plan();
    });
  }
  document.addEventListener("visibilitychange", () => !document.hidden && plan());
  plan();
}
