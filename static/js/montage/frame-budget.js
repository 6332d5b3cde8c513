// Adapts drawing to the measured frame time. A slow machine paints fewer butterflies per frame,
// lets fewer fly, and uses coarser pixels. It still shows every butterfly.

const SLOW_MS = 34;
const QUICK_MS = 20;
const MIN_BUTTERFLIES = 1500;
const MAX_BUTTERFLIES = 400000;
// With this growth, a fast machine reaches 250,000 butterflies within a dozen frames. A slow
// machine never starts with too many.
const GROWTH = 1.5;

export class FrameBudget {
  /** @param {number} budget */
  constructor(budget) {
    this.budget = budget;
    this.maxFlying = 400;
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    /** @type {number | null} */
    this.last = null;
    this.mean = 16;
    this.slow = 0;
    this.onRatio = () => {};
  }

  /**
   * Record that a frame began at `now`, directly after the one before.
   *
   * @param {number} now
   */
  measure(now) {
    const ms = this.last === null ? null : now - this.last;
    this.last = now;
    if (ms === null || ms > 1000) return;
    this.mean += (ms - this.mean) / 8;
    if (this.mean > SLOW_MS) this.ease();
    else if (this.mean < QUICK_MS) {
      this.slow = 0;
      this.budget = Math.min(MAX_BUTTERFLIES, this.budget * GROWTH);
    }
  }

  rest() {
    this.last = null;
  }

  ease() {
    this.budget = Math.max(MIN_BUTTERFLIES, this.budget * 0.9);
    this.maxFlying = Math.max(40, Math.round(this.maxFlying * 0.9));
    this.slow += 1;
    if (this.slow < 40 || this.ratio <= 1) return;
    this.slow = 0;
    this.ratio = Math.max(1, this.ratio * 0.75);
    this.onRatio();
  }
}
