// Wipes the screen when someone leaves in the middle, after a warning that can be seen and heard. A
// tablet that slept is wiped when it wakes.

const DEFAULT_IDLE_MS = 45000;
const WARN_MS = 15000;
const TICK_MS = 250;
const STIRS = ["pointerdown", "keydown", "input", "touchstart", "wheel"];

export class Idle {
  /** Call `warn(seconds)` while time runs out, `calm()` on activity, and `end()` at the end. */
  constructor({ warn, calm, end }) {
    Object.assign(this, { warn, calm, end, timer: null, stirredAt: 0, isWarning: false });
    this.idleMs = DEFAULT_IDLE_MS;
    for (const name of STIRS) {
      document.addEventListener(name, () => this.stir(), { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.timer && this.tick());
  }

  /** Watch a screen that may be left alone for `idleMs`. */
  start(idleMs = DEFAULT_IDLE_MS) {
    this.stop();
    this.idleMs = idleMs;
    this.stirredAt = Date.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.isWarning) this.calm();
    this.isWarning = false;
  }

  stir() {
    if (!this.timer) return;
    // A touch after the time limit comes from another person, so wipe the screen first.
    if (this.tick()) return;
    this.stirredAt = Date.now();
    if (this.isWarning) this.calm();
    this.isWarning = false;
  }

  /** Return whether the time is up. */
  tick() {
    const rest = Date.now() - this.stirredAt;
    // If the clock was set back, elapsed time is unknown, so start again.
    if (rest < 0) this.stirredAt = Date.now();
    if (rest >= this.idleMs + WARN_MS) {
      this.stop();
      this.end();
      return true;
    }
    if (rest >= this.idleMs) {
      this.isWarning = true;
      this.warn(Math.ceil((this.idleMs + WARN_MS - rest) / 1000));
    }
    return false;
  }
}
