// Polls while someone looks at the page. A page left untouched for long stops, because its requests
// would keep the organizer signed in forever.

const INPUT_EVENTS = ["pointerdown", "keydown", "focus"];
const IDLE_MS = 30 * 60 * 1000;
const MAX_PAUSE_MS = 120000;

/** What `request` resolves to when nothing is left to ask for. */
export const DONE = "done";

/**
 * Call `request` again and again.
 *
 * `pauseMs(n)` is the time before request `n`, which is 0 for the first. The pause doubles while
 * requests fail. `request` resolves to whether it got an answer, or to DONE to end the polling.
 *
 * @param {(n: number) => number} pauseMs
 * @param {() => Promise<boolean | "done">} request
 * @param {{ idleMs?: number }} [options]
 */
export function poll(pauseMs, request, { idleMs = IDLE_MS } = {}) {
  let requests = 0;
  let failures = 0;
  let lastInput = Date.now();
  let isScheduled = false;

  function schedule() {
    if (isScheduled) return;
    isScheduled = true;
    const pause = pauseMs(requests);
    setTimeout(run, failures ? Math.min(pause * 2 ** failures, MAX_PAUSE_MS) : pause);
  }

  async function run() {
    if (document.hidden || Date.now() - lastInput > idleMs) {
      isScheduled = false;
      return;
    }
    requests += 1;
    // Without a network, it rejects.
    const result = await request().catch(() => false);
    // It stays scheduled, so that no input starts it again.
    if (result === DONE) return;
    failures = result ? 0 : failures + 1;
    isScheduled = false;
    schedule();
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
