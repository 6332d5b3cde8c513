// Wipes the screen when someone leaves in the middle, after a warning that can be seen and heard. A
// tablet that slept is wiped when it wakes.

const DEFAULT_IDLE_MS = 45000;
const WARN_MS = 15000;
const TICK_MS = 250;
const ACTIVITY_EVENTS = ["pointerdown", "keydown", "input", "touchstart", "wheel"];

export class IdleTimer {
  /** @type {number | null} */
  #timer;
  /** @type {number} */
  #stirredAt;
  /** @type {boolean} */
  #isWarning;

  /**
   * Call `warn(seconds)` while time runs out, `calm()` on activity, and `end()` at the end.
   *
   * @param {{ warn: (seconds: number) => void, calm: () => void, end: () => void }} listeners
   */
  constructor({ warn, calm, end }) {
    this.warn = warn;
    this.calm = calm;
    this.end = end;
    this.#timer = null;
    this.#stirredAt = 0;
    this.#isWarning = false;
    this.idleMs = DEFAULT_IDLE_MS;
    for (const name of ACTIVITY_EVENTS) {
      document.addEventListener(name, () => this.onActivity(), { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.#timer && this.tick());
  }

  /**
   * Watch a screen that may be left alone for `idleMs`.
   *
   * @param {number} [idleMs]
   */
  start(idleMs = DEFAULT_IDLE_MS) {
    this.stop();
    this.idleMs = idleMs;
    this.#stirredAt = Date.now();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    if (this.#isWarning) this.calm();
    this.#isWarning = false;
  }

  onActivity() {
    if (!this.#timer) return;
    // A touch after the time limit comes from another person, so wipe the screen first.
    if (this.tick()) return;
    this.#stirredAt = Date.now();
    if (this.#isWarning) this.calm();
    this.#isWarning = false;
  }

  /**
   * Return whether the time is up.
   *
   * @returns {boolean}
   */
  tick() {
    const idleFor = Date.now() - this.#stirredAt;
    // If the clock was set back, elapsed time is unknown, so start again.
    if (idleFor < 0) this.#stirredAt = Date.now();
    if (idleFor >= this.idleMs + WARN_MS) {
      this.stop();
      this.end();
      return true;
    }
    if (idleFor >= this.idleMs) {
      this.#isWarning = true;
      this.warn(Math.ceil((this.idleMs + WARN_MS - idleFor) / 1000));
    }
    return false;
  }
}
