// Somebody left in the middle: first a warning that can be seen and heard, then all is wiped. A
// tablet that slept is wiped when it wakes.

const DEFAULT_IDLE_MS = 45000;
const WARN_MS = 15000;
const TICK_MS = 250;
const STIRS = ["pointerdown", "keydown", "input", "touchstart", "wheel"];

export class Idle {
  /** `warn(seconds)` while time runs out, `calm()` when somebody stirs, `end()` when nobody did. */
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
    // Who touches a screen that should have been wiped long ago is somebody else.
    if (this.tick()) return;
    this.stirredAt = Date.now();
    if (this.isWarning) this.calm();
    this.isWarning = false;
  }

  /** Return whether time is up. */
  tick() {
    const rest = Date.now() - this.stirredAt;
    // A clock that was set back says nothing: the time begins anew.
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
