// Fingers, mouse and wheel on the stage: pan, pinch, wheel, double tap, tap and hover.

const TAP_PIXELS = 8;
const TAP_MS = 500;
const DOUBLE_MS = 320;
const DOUBLE_PIXELS = 32;
const WHEEL_FACTOR = 0.0022;
const LINE_PIXELS = 24;

/** @typedef {{ px: number, py: number }} Point */
/** @typedef {Point & { time: number }} Tap */

/**
 * @typedef {object} GestureListeners
 * @property {(dx: number, dy: number) => void} pan
 * @property {(px: number, py: number, factor: number) => void} zoom
 * @property {(px: number, py: number) => void} tap
 * @property {(px: number, py: number) => void} doubleTap
 * @property {(px: number | null, py?: number) => void} hover
 * @property {() => boolean} isWhole
 */

export class Gestures {
  /** @type {Map<number, Point>} */
  #fingers;
  /** @type {Tap | null} */
  #lastTap;

  /**
   * `on` has pan(dx, dy), zoom(px, py, factor), tap(px, py), doubleTap(px, py), isWhole(), and
   * hover(px, py) or hover(null). Coordinates are CSS pixels of `canvas`.
   *
   * @param {HTMLElement} canvas
   * @param {GestureListeners} on
   */
  constructor(canvas, on) {
    this.canvas = canvas;
    this.on = on;
    this.#fingers = new Map();
    /** @type {Tap | null} */
    this.down = null;
    this.#lastTap = null;
    const listen = canvas.addEventListener.bind(canvas);
    listen("pointerdown", (event) => this.press(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.lift(event, true));
    listen("pointercancel", (event) => this.lift(event, false));
    listen("pointerleave", () => on.hover(null));
    listen("wheel", (event) => this.wheel(event), { passive: false });
  }

  /**
   * @param {MouseEvent} event
   * @returns {Point}
   */
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return { px: event.clientX - box.left, py: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button) return;
    const place = this.placeOf(event);
    this.#fingers.set(event.pointerId, place);
    // The browser may refuse to capture a new pointer of another kind.
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch (error) {
      this.down = null;
    }
    this.down = this.#fingers.size === 1 ? { ...place, time: event.timeStamp } : null;
    this.on.hover(null);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const place = this.placeOf(event);
    const before = this.#fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") this.on.hover(place.px, place.py);
      return;
    }
    if (this.down && Math.hypot(place.px - this.down.px, place.py - this.down.py) > TAP_PIXELS) {
      this.down = null;
    }
    if (this.down) return;
    if (this.#fingers.size === 2) this.pinch(event.pointerId, before, place);
    else if (this.#fingers.size === 1) this.on.pan(place.px - before.px, place.py - before.py);
    this.#fingers.set(event.pointerId, place);
  }

  /**
   * @param {number} id
   * @param {Point} before
   * @param {Point} place
   */
  pinch(id, before, place) {
    const [other] = [...this.#fingers].filter(([each]) => each !== id).map(([, each]) => each);
    const [oldDistance, newDistance] = [before, place].map(({ px, py }) => Math.hypot(px - other.px, py - other.py));
    this.on.pan((place.px - before.px) / 2, (place.py - before.py) / 2);
    if (oldDistance > 0) this.on.zoom((place.px + other.px) / 2, (place.py + other.py) / 2, newDistance / oldDistance);
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} isTap
   */
  lift(event, isTap) {
    this.#fingers.delete(event.pointerId);
    const { down } = this;
    this.down = null;
    if (!isTap || !down || event.timeStamp - down.time > TAP_MS) return;
    const last = this.#lastTap;
    const isSecond = last && event.timeStamp - last.time < DOUBLE_MS &&
      Math.hypot(last.px - down.px, last.py - down.py) < DOUBLE_PIXELS;
    this.#lastTap = isSecond ? null : { ...down, time: event.timeStamp };
    if (isSecond) this.on.doubleTap(down.px, down.py);
    else this.on.tap(down.px, down.py);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    // A reader who sees the whole picture and scrolls down wants to read on.
    if (event.deltaY > 0 && this.on.isWhole() && !event.ctrlKey) return;
    event.preventDefault();
    const { px, py } = this.placeOf(event);
    const pixels = event.deltaMode ? event.deltaY * LINE_PIXELS : event.deltaY;
    this.on.zoom(px, py, Math.exp(-pixels * (event.ctrlKey ? 4 : 1) * WHEEL_FACTOR));
  }
}
