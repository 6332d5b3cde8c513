// Where one looks: the middle of the view in fractions of the square, and how near. Screen places
// are in CSS pixels of the stage.

import { easeArrival } from "./easing.js";

const LARGE = 190;

export class Camera {
  constructor() {
    Object.assign(this, { x: 0.5, y: 0.5, zoom: 1, width: 1, height: 1, most: 3, flight: null });
  }

  /** CSS pixels that the whole square is wide. */
  get scale() {
    return Math.min(this.width, this.height) * this.zoom;
  }

  get isWhole() {
    return this.zoom < 1.001;
  }

  frame(width, height) {
    Object.assign(this, { width, height });
    this.hold();
  }

  /** Let one butterfly, `size` of the square wide, grow to LARGE pixels and no further. */
  limit(size) {
    this.most = Math.max(3, LARGE / (size * Math.min(this.width, this.height)));
  }

  toSquare(px, py) {
    return {
      x: this.x + (px - this.width / 2) / this.scale,
      y: this.y + (py - this.height / 2) / this.scale,
    };
  }

  toScreen(x, y) {
    return {
      px: this.width / 2 + (x - this.x) * this.scale,
      py: this.height / 2 + (y - this.y) * this.scale,
    };
  }

  /** What is seen: { left, top, right, bottom } in fractions, `margin` times as wide on each side. */
  seen(margin = 0) {
    const across = (this.width / this.scale) * (0.5 + margin);
    const down = (this.height / this.scale) * (0.5 + margin);
    return { left: this.x - across, top: this.y - down, right: this.x + across, bottom: this.y + down };
  }

  pan(dx, dy) {
    this.flight = null;
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.hold();
  }

  /** Zoom by `factor`, keeping what is at (px, py) where it is. */
  zoomAt(px, py, factor) {
    this.flight = null;
    const { x, y } = this.toSquare(px, py);
    this.zoom = Math.min(this.most, Math.max(1, this.zoom * factor));
    this.x = x - (px - this.width / 2) / this.scale;
    this.y = y - (py - this.height / 2) / this.scale;
    this.hold();
  }

  /** Fly so that the place (x, y) comes to the middle, in `ms`; at once where that is 0. */
  flyTo({ x, y, zoom }, now, ms) {
    const goal = { x, y, zoom: Math.min(this.most, Math.max(1, zoom)) };
    const { px, py } = this.toScreen(x, y);
    const from = { zoom: this.zoom, across: px - this.width / 2, down: py - this.height / 2 };
    this.flight = { goal, from, start: now, ms };
    if (!ms) this.step(now);
  }

  /** Move along a flight; return whether it goes on. */
  step(now) {
    if (!this.flight) return false;
    const { goal, from, start, ms } = this.flight;
    const way = ms ? Math.min(1, Math.max(0, (now - start) / ms)) : 1;
    const part = easeArrival(way);
    // The goal's place on the screen runs straight to the middle, while all grows evenly.
    this.zoom = from.zoom * (goal.zoom / from.zoom) ** part;
    this.x = goal.x - (from.across * (1 - part)) / this.scale;
    this.y = goal.y - (from.down * (1 - part)) / this.scale;
    this.hold();
    if (way === 1) this.flight = null;
    return way < 1;
  }

  // The middle of the view stays where the square is; once all is in view it stands still.
  hold() {
    const held = (value, room) => {
      if (room >= 1) return 0.5;
      return Math.min(1 - room / 3, Math.max(room / 3, value));
    };
    if (this.isWhole) Object.assign(this, { x: 0.5, y: 0.5 });
    else {
      this.x = held(this.x, this.width / this.scale);
      this.y = held(this.y, this.height / this.scale);
    }
  }
}
