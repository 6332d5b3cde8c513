// Somebody left in the middle: first a warning that can be seen and heard, then all is wiped. A
// tablet that slept is wiped when it wakes.

const IDLE_MS = 45000;
const WARN_MS = 15000;
const TICK_MS = 250;
const STIRS = ["pointerdown", "keydown", "input", "touchstart", "wheel"];

export class Idle {
  /** `warn(seconds)` while time runs out, `calm()` when somebody stirs, `end()` when nobody did. */
  constructor({ warn, calm, end }) {
    Object.assign(this, { warn, calm, end, timer: null, stirredAt: 0, isWarning: false });
    for (const name of STIRS) {
      document.addEventListener(name, () => this.stir(), { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.timer && this.tick());
  }

  start() {
    this.stop();
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
    if (rest >= IDLE_MS + WARN_MS) {
      this.stop();
      this.end();
      return true;
    }
    if (rest >= IDLE_MS) {
      this.isWarning = true;
      this.warn(Math.ceil((IDLE_MS + WARN_MS - rest) / 1000));
    }
    return false;
  }
}
