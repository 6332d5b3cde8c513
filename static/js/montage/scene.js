// The picture over time: which butterflies are settled, which are on the way, and what the next
// frame has to paint. Nothing runs while nothing changes.

import { Places, size } from "../lib/montage-layout.js";
import { prefersReducedMotion } from "../parts/page.js";
import { Arrivals } from "./arrivals.js";
import { insideBox } from "./butterflies.js";
import { outlineDots, buildOverlay } from "./overlay.js";
import { LayoutClient } from "./layout-client.js";

/** @import { Area, ChosenButterfly, ColourScheme, HighlightedButterfly, PlacedButterfly, Renderer, Shape, View } from "../../../types/montage" */
/** @import { Camera } from "./camera.js" */
/** @import { FrameBudget } from "./frame-budget.js" */

const MAX_UNFILTERED = 30000;
const PAN_REST_MS = 90;
const SIZE_MS = 1400;
const SETTLE_MS = { few: 150, many: 4000 };
const CLOSE_UP_SIZE = 1.25;
// While a stopgap is shown, the real picture takes at most this many steps, even on a slow machine.
const MAX_STEPS = 30;

/** @typedef {{ view: View, version: number, butterflies: Uint32Array<ArrayBuffer>, at: number }} Build */
/** @typedef {{ view: null, version?: undefined }} Rest */
/** @typedef {Area & { of: Uint32Array, butterflies: Uint32Array<ArrayBuffer> }} Near */

/**
 * @typedef {object} SceneParts
 * @property {Shape} shape
 * @property {Renderer} renderer
 * @property {Camera} camera
 * @property {FrameBudget} frameBudget
 * @property {ColourScheme} colours
 * @property {number} flying
 */

/**
 * @param {number} low
 * @param {number} high
 * @param {number} value
 */
const smoothstep = (low, high, value) => {
  const progress = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return progress * progress * (3 - 2 * progress);
};

export class Scene {
  /** @type {LayoutClient} */
  #layoutClient;
  /** @type {Build | Rest | null} */
  #build;
  /** @type {number} */
  #movedAt;
  /** @type {number | null} */
  #timer;
  /** @type {{ from: number, start: number } | null} */
  #growth;
  /** @type {boolean} */
  #isComputing;

  /** @param {SceneParts} parts */
  constructor({ shape, renderer, camera, frameBudget, colours, flying }) {
    this.shape = shape;
    this.renderer = renderer;
    this.camera = camera;
    this.frameBudget = frameBudget;
    this.colours = colours;
    this.#layoutClient = new LayoutClient(shape);
    this.arrivals = new Arrivals(new Places(shape.mask), shape.centre, flying);
    this.last = 0;
    /** @type {number[]} */
    this.free = [];
    /** @type {Uint32Array<ArrayBuffer> | null} */
    this.butterflies = null;
    this.version = 0;
    /** @type {Build | null} */
    this.layer = null;
    this.#build = null;
    /** @type {ChosenButterfly | null} */
    this.chosen = null;
    /** @type {PlacedButterfly | null} */
    this.hovered = null;
    /** @type {HighlightedButterfly[]} */
    this.highlighted = [];
    /** @type {Near | null} */
    this.near = null;
    this.#movedAt = -Infinity;
    this.#timer = null;
    /** @type {number | null} */
    this.request = null;
    this.#growth = null;
    this.#isComputing = false;
    this.isAsleep = false;
    /** @type {(view: View) => void} */
    this.after = () => {};
    this.onWhole = () => {};
    renderer.sheets.onReady = () => this.change();
  }

  /**
   * Switch to another renderer, and compute again what it needs.
   *
   * @param {Renderer} renderer
   */
  use(renderer) {
    this.renderer = renderer;
    this.layer = null;
    this.#build = null;
    renderer.sheets.onReady = () => this.change();
    this.updateLayout();
  }

  /**
   * Show butterflies 1 … `last` without `free`. Those in `born` fly in if motion is allowed.
   *
   * @param {{ last: number, free: number[] }} numbers
   * @param {number[]} [born]
   */
  show({ last, free }, born = []) {
    const now = performance.now();
    if (last !== this.last) {
      const from = this.count(now);
      this.#growth = this.butterflies && from && !prefersReducedMotion() ? { from, start: now } : null;
    }
    this.last = last;
    this.free = free;
    this.arrivals.remove(free);
    this.camera.limit(this.closeUpSize());
    if (born.length) {
      this.arrivals.add(born, now, { still: prefersReducedMotion(), maxFlights: this.frameBudget.maxFlying });
    } else this.updateLayout();
    this.wake();
  }

  /** Add landed butterflies to the settled ones soon. For many it is slow, so wait longer. */
  updateLayoutSoon() {
    if (this.#timer) return;
    const wait = this.last < 50000 ? SETTLE_MS.few : SETTLE_MS.many;
    this.#timer = setTimeout(() => this.updateLayout(), wait);
  }

  async updateLayout() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isComputing) {
      this.updateLayoutSoon();
      return;
    }
    this.#isComputing = true;
    const without = new Set([...this.free, ...this.arrivals.underway]);
    const { last } = this;
    const width = Math.min(this.camera.width, this.camera.height) * this.frameBudget.ratio;
    const { night } = this.colours;
    const question = { last, without: [...without], width, night };
    const { butterflies, ground } = await this.#layoutClient.compute(question);
    this.#isComputing = false;
    this.arrivals.settle((number) => number <= last && !without.has(number));
    this.butterflies = butterflies;
    this.renderer.setGround(ground);
    this.change();
  }

  /** Record that the settled butterflies now look different. */
  change() {
    this.version += 1;
    this.wake();
  }

  moved() {
    this.#movedAt = performance.now();
    this.wake();
  }

  wake() {
    if (this.request || this.isAsleep || document.hidden) return;
    this.request = requestAnimationFrame((now) => {
      this.request = null;
      // Until the element has a size, the renderer has
      // nothing to paint on. The first resize wakes us.
      if (this.renderer.front) this.frame(now);
    });
  }

  // Return the count that sets the size of butterflies, smoothed so that the size never jumps.
  /**
   * @param {number} now
   * @returns {number}
   */
  count(now) {
    if (!this.#growth) return this.last;
    const progress = smoothstep(0, SIZE_MS, now - this.#growth.start);
    if (progress >= 1) this.#growth = null;
    return this.#growth ? this.#growth.from + (this.last - this.#growth.from) * progress : this.last;
  }

  // Return the smallest share of its size to which a
  // butterfly folds its wings, if there are `count`.
  /** @param {number} count */
  foldedScale(count) {
    const { area } = this.shape;
    return Math.min(1, (CLOSE_UP_SIZE * Math.sqrt(area / Math.max(1, count))) / size(area, count));
  }

  /** Return the size of a butterfly seen close up, as a fraction of the square. */
  closeUpSize() {
    return size(this.shape.area, this.last) * this.foldedScale(this.last);
  }

  /**
   * @param {number} now
   * @returns {View}
   */
  view(now) {
    const { camera, frameBudget } = this;
    const count = this.count(now);
    const fullSize = size(this.shape.area, count);
    // Close up, butterflies fold their wings a little, so that each can be seen.
    const progress = smoothstep(1.2, 5, camera.zoom) * smoothstep(24, 110, fullSize * camera.scale);
    const scale = camera.scale * frameBudget.ratio;
    return {
      x: camera.x,
      y: camera.y,
      scale,
      width: this.renderer.canvas.width,
      height: this.renderer.canvas.height,
      size: fullSize * scale * (1 + (this.foldedScale(count) - 1) * progress),
      rim: Math.min(fullSize * 0.66, 0.5),
      night: this.colours.night,
      // Close up, the shared shade looks like fog, so it
      // fades and leaves each butterfly's own shade.
      ground: 1 - 0.9 * progress,
      count,
    };
  }

  /** @param {number} now */
  frame(now) {
    if (this.isAsleep || document.hidden || !this.butterflies) return;
    // Showing blocks until all earlier painting is done.
    // So until then, show nothing and paint no more.
    if (!this.layer && this.renderer.isBusy()) {
      this.wake();
      return;
    }
    this.frameBudget.measure(now);
    const flies = this.camera.step(now);
    if (flies) this.#movedAt = now;
    if (this.arrivals.step(now)) this.updateLayoutSoon();
    const view = this.view(now);
    this.settle(view, now);
    if (!this.layer && this.#build) {
      this.wake();
      return;
    }
    const { chosen, hovered, highlighted, colours } = this;
    const { discs, large } = buildOverlay(view, this.frameBudget.ratio, { chosen, hovered, highlighted, ...colours });
    const moving = this.arrivals.pack(now, view, this.frameBudget.ratio);
    this.renderer.show(view, moving, discs, large);
    this.after(view);
    if (this.layer) this.onWhole();
    if (flies || this.arrivals.isBusy || this.#build || this.#growth) this.wake();
    else this.frameBudget.rest();
  }

  /**
   * @param {Build | Rest | null} painted
   * @param {View} view
   */
  isDone(painted, view) {
    return painted && painted.version === this.version && isSameView(painted.view, view);
  }

  /**
   * @param {View} view
   * @param {number} now
   */
  settle(view, now) {
    if (this.isDone(this.layer, view)) {
      this.#build = null;
      return;
    }
    const butterflies = this.inSight(view);
    const isLong = butterflies.length / 2 > this.frameBudget.budget;
    if (isLong && this.layer && now - this.#movedAt < PAN_REST_MS) {
      // Until the view rests, show the last picture, moved and scaled.
      this.#build = { view: null };
      return;
    }
    if (!this.isDone(this.#build, view)) {
      this.renderer.begin(view, butterflies, outlineDots(this.shape, view, view.count));
      this.#build = { view, version: this.version, butterflies, at: 0 };
    }
    this.paintOn();
  }

  paintOn() {
    const build = /** @type {Build} */ (this.#build);
    const all = build.butterflies.length / 2;
    const isStopgap = !this.layer || !isSameView(this.layer.view, build.view);
    const minCount = isStopgap ? all / MAX_STEPS : 1;
    const to = Math.min(all, build.at + Math.ceil(Math.max(minCount, this.frameBudget.budget)));
    if (!this.renderer.paint(build.at, to)) {
      this.#build = null;
      return;
    }
    build.at = to;
    if (to < all) return;
    this.renderer.finish();
    this.layer = build;
    this.#build = null;
  }

  // Close up, return only the butterflies nearby, so that a million cost no more than a thousand.
  /** @param {View} view */
  inSight(view) {
    const butterflies = /** @type {Uint32Array<ArrayBuffer>} */ (this.butterflies);
    if (butterflies.length / 2 <= MAX_UNFILTERED || this.camera.zoom < 1.5) return butterflies;
    const room = view.size / view.scale;
    const now = this.camera.seen();
    const { near } = this;
    if (near && near.of === butterflies && coversView(near, now, room)) return near.butterflies;
    const around = this.camera.seen(0.4);
    around.left -= 2 * room;
    around.right += 2 * room;
    around.top -= 2 * room;
    around.bottom += 2 * room;
    this.near = { ...around, of: butterflies, butterflies: insideBox(butterflies, around) };
    return this.near.butterflies;
  }
}

// Return whether the gathered area covers the view, and not far more.
/**
 * @param {Area} near
 * @param {Area} seen
 * @param {number} room
 */
function coversView(near, seen, room) {
  const isWide = near.left <= seen.left - room && near.right >= seen.right + room;
  const isHigh = near.top <= seen.top - room && near.bottom >= seen.bottom + room;
  return isWide && isHigh && near.right - near.left < 4 * (seen.right - seen.left + room);
}

/**
 * @param {View | null} one
 * @param {View} other
 */
function isSameView(one, other) {
  if (!one || one.night !== other.night) return false;
  const names = /** @type {const} */ (["x", "y", "scale", "width", "height"]);
  if (names.some((name) => one[name] !== other[name])) return false;
  return Math.abs(one.size - other.size) <= one.size * 1e-3;
}
