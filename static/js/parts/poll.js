// Polls while someone looks at the page. A page left untouched for long stops, because its requests
// would keep the organizer signed in forever.

const INPUT_EVENTS = ["pointerdown", "keydown", "focus"];
const IDLE_MS = 30 * 60 * 1000;
const MAX_PAUSE_MS = 120000;

/**
 * Call `request` every `everyMs`, less and less often while it fails.
 *
 * `request` resolves to whether it got an answer.
 */
export function poll(everyMs, request) {
  let pause = everyMs;
  let lastInput = Date.now();
  let timer = 0;

  async function run() {
    timer = 0;
    if (document.hidden || Date.now() - lastInput > IDLE_MS) return;
    let isAnswered = false;
    try {
      isAnswered = await request();
    } catch {
      // There is no network.
    }
    pause = isAnswered ? everyMs : Math.min(2 * pause, MAX_PAUSE_MS);
    schedule();
  }

  function schedule() {
    if (!timer) timer = setTimeout(run, pause);
  }

  for (const name of INPUT_EVENTS) {
    addEventListener(name, () => {
      lastInput = Date.now();
      schedule();
    });
  }
  document.addEventListener("visibilitychange", () => !document.hidden && schedule());
  schedule();
}
