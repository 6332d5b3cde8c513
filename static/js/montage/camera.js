// The view: its middle, in fractions of the square, and its
// zoom. Screen coordinates are CSS pixels of the stage.

import { clamp } from "../lib/clamp.js";
import { easeArrival } from "./easing.js";

/** @import { Area } from "../../../types/montage" */

const MAX_BUTTERFLY_PIXELS = 190;

/**
 * A smooth move of the view. `across` and `down` are how far the goal is from the middle at first.
 *
 * @typedef {object} CameraFlight
 * @property {{ x: number, y: number, zoom: number }} goal
 * @property {{ zoom: number, across: number, down: number }} from
 * @property {number} start
 * @property {number} ms
 */

export class Camera {
  constructor() {
    this.x = 0.5;
    this.y = 0.5;
    this.zoom = 1;
    this.width = 1;
    this.height = 1;
    this.maxZoom = 3;
    /** @type {CameraFlight | null} */
    this.flight = null;
  }

  /** The width of the whole square in CSS pixels. */
  get scale() {
    return Math.min(this.width, this.height) * this.zoom;
  }

  get isWhole() {
    return this.zoom < 1.001;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  frame(width, height) {
    this.width = width;
    this.height = height;
    this.hold();
  }

  /**
   * Limit the zoom so that a butterfly, `size` of the square wide, grows to at most MAX_BUTTERFLY_PIXELS.
   *
   * @param {number} size
   */
  limit(size) {
    this.maxZoom = Math.max(3, MAX_BUTTERFLY_PIXELS / (size * Math.min(this.width, this.height)));
  }

  /**
   * @param {number} px
   * @param {number} py
   */
  toSquare(px, py) {
    return {
      x: this.x + (px - this.width / 2) / this.scale,
      y: this.y + (py - this.height / 2) / this.scale,
    };
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  toScreen(x, y) {
    return {
      px: this.width / 2 + (x - this.x) * this.scale,
      py: this.height / 2 + (y - this.y) * this.scale,
    };
  }

  /**
   * Return what is in view: { left, top, right, bottom }, in fractions of the square.
   *
   * Each side is wider by `margin` times the view.
   *
   * @param {number} [margin]
   * @returns {Area}
   */
  seen(margin = 0) {
    const across = (this.width / this.scale) * (0.5 + margin);
    const down = (this.height / this.scale) * (0.5 + margin);
    return { left: this.x - across, top: this.y - down, right: this.x + across, bottom: this.y + down };
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    this.flight = null;
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.hold();
  }

  /**
   * Zoom by `factor`, and keep what is at (px, py) in place.
   *
   * @param {number} px
   * @param {number} py
   * @param {number} factor
   */
  zoomAt(px, py, factor) {
    this.flight = null;
    const { x, y } = this.toSquare(px, py);
    this.zoom = clamp(this.zoom * factor, 1, this.maxZoom);
    this.x = x - (px - this.width / 2) / this.scale;
    this.y = y - (py - this.height / 2) / this.scale;
    this.hold();
  }

  /**
   * Fly until (x, y) is in the middle, in `ms` milliseconds. With 0, jump there.
   *
   * @param {{ x: number, y: number, zoom: number }} goal
   * @param {number} now
   * @param {number} ms
   */
  flyTo({ x, y, zoom }, now, ms) {
    const goal = { x, y, zoom: clamp(zoom, 1, this.maxZoom) };
    const { px, py } = this.toScreen(x, y);
    const from = { zoom: this.zoom, across: px - this.width / 2, down: py - this.height / 2 };
    this.flight = { goal, from, start: now, ms };
    if (!ms) this.step(now);
  }

  /**
   * Move along the flight, and return whether it goes on.
   *
   * @param {number} now
   * @returns {boolean}
   */
  step(now) {
    if (!this.flight) return false;
    const { goal, from, start, ms } = this.flight;
    const elapsed = ms ? clamp((now - start) / ms, 0, 1) : 1;
    const eased = easeArrival(elapsed);
    // On the screen the goal moves straight to the middle while everything scales evenly.
    this.zoom = from.zoom * (goal.zoom / from.zoom) ** eased;
    this.x = goal.x - (from.across * (1 - eased)) / this.scale;
    this.y = goal.y - (from.down * (1 - eased)) / this.scale;
    this.hold();
    if (elapsed === 1) this.flight = null;
    return elapsed < 1;
  }

  // Keep the middle of the view inside the square. Fix it once the whole square is in view.
  hold() {
    /**
     * @param {number} value
     * @param {number} room
     */
    const inside = (value, room) => (room < 1 ? clamp(value, room / 3, 1 - room / 3) : 0.5);
    if (this.isWhole) {
      this.x = 0.5;
      this.y = 0.5;
    } else {
      this.x = inside(this.x, this.width / this.scale);
      this.y = inside(this.y, this.height / this.scale);
    }
  }
}
