// Asks again and again while somebody looks at the page. One that was left open and that nobody has touched for long asks no
// more: it would keep its organizer signed in for ever.

const TOUCHES = ["pointerdown", "keydown", "focus"];
const LEFT_MS = 30 * 60 * 1000;
const MAX_MS = 120000;

/** Call `ask`, which says whether it got an answer, every `everyMs`; less and less often while it gets none. */
export function keepAsking(everyMs, ask) {
  let pause = everyMs;
  let touched = Date.now();
  let timer = 0;

  async function again() {
    timer = 0;
    if (document.hidden || Date.now() - touched > LEFT_MS) return;
    let went = false;
    try {
      went = await ask();
    } catch {
      // No network.
    }
    pause = went ? everyMs : Math.min(2 * pause, MAX_MS);
    plan();
  }

  function plan() {
    if (!timer) timer = setTimeout(again, pause);
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
