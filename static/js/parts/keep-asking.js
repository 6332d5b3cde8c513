// Polls while someone looks at the page. A page left untouched for long stops, because its requests
// would keep the organizer signed in forever.

const TOUCHES = ["pointerdown", "keydown", "focus"];
const LEFT_MS = 30 * 60 * 1000;
const MAX_MS = 120000;

/**
 * Call `ask` every `everyMs`, less and less often while it fails.
 *
 * `ask` resolves to whether it got an answer.
 */
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
      // There is no network.
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
