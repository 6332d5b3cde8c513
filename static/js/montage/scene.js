// The picture over time: which butterflies are settled, which are on the way, and what the next
// frame has to paint. Nothing runs while nothing changes.

import { Places, size } from "../lib/montage-layout.js";
import { isStill } from "../parts/page.js";
import { Arrivals } from "./arrivals.js";
import { within } from "./flock.js";
import { dotsOf, marks } from "./lens.js";
import { Loom } from "./loom.js";

const MANY = 30000;
const REST_MS = 90;
const SIZE_MS = 1400;
const SETTLE_MS = { few: 150, many: 4000 };
const SLIM = 1.25;
// While a stopgap is shown, the real picture takes at most this many steps, even on a slow machine.
const MAX_STEPS = 30;
const smooth = (low, high, value) => {
  const way = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return way * way * (3 - 2 * way);
};

export class Scene {
  constructor({ shape, painter, camera, pace, colours, aloft }) {
    Object.assign(this, { shape, painter, camera, pace, colours });
    this.loom = new Loom(shape);
    this.arrivals = new Arrivals(new Places(shape.mask), shape.centre, aloft);
    Object.assign(this, { last: 0, free: [], flock: null, version: 0, layer: null, build: null });
    Object.assign(this, { chosen: null, pointed: null, lit: [], near: null, movedAt: -Infinity });
    Object.assign(this, { timer: null, request: null, growth: null, weaving: false });
    this.isAsleep = false;
    this.after = () => {};
    this.onWhole = () => {};
    painter.sheets.onReady = () => this.change();
  }

  /** Switch to another painter, and compute again what it needs. */
  use(painter) {
    Object.assign(this, { painter, layer: null, build: null });
    painter.sheets.onReady = () => this.change();
    this.weave();
  }

  /** Show butterflies 1 … `last` without `free`. Those in `born` fly in if motion is allowed. */
  show({ last, free }, born = []) {
    const now = performance.now();
    if (last !== this.last) {
      const from = this.count(now);
      this.growth = this.flock && from && !isStill() ? { from, start: now } : null;
    }
    Object.assign(this, { last, free });
    this.arrivals.leave(free);
    this.camera.limit(this.slimmest());
    if (born.length) {
      this.arrivals.come(born, now, { still: isStill(), most: this.pace.mostAloft });
    } else this.weave();
    this.wake();
  }

  /** Add landed butterflies to the settled ones soon. For many it is slow, so wait longer. */
  weaveSoon() {
    if (this.timer) return;
    const wait = this.last < 50000 ? SETTLE_MS.few : SETTLE_MS.many;
    this.timer = setTimeout(() => this.weave(), wait);
  }

  async weave() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.weaving) {
      this.weaveSoon();
      return;
    }
    this.weaving = true;
    const without = new Set([...this.free, ...this.arrivals.away]);
    const { last } = this;
    const width = Math.min(this.camera.width, this.camera.height) * this.pace.ratio;
    const { night } = this.colours;
    const question = { last, without: [...without], width, night };
    const { flock, ground } = await this.loom.weave(question);
    this.weaving = false;
    this.arrivals.settle((number) => number <= last && !without.has(number));
    this.flock = flock;
    this.painter.setGround(ground);
    this.change();
  }

  /** Record that the settled butterflies now look different. */
  change() {
    this.version += 1;
    this.wake();
  }

  moved() {
    this.movedAt = performance.now();
    this.wake();
  }

  wake() {
    if (this.request || this.isAsleep || document.hidden) return;
    this.request = requestAnimationFrame((now) => {
      this.request = null;
      // Until the element has a size, the painter has
      // nothing to paint on. The first resize wakes us.
      if (this.painter.front) this.frame(now);
    });
  }

  // Return the count that sets the size of butterflies, smoothed so that the size never jumps.
  count(now) {
    if (!this.growth) return this.last;
    const way = smooth(0, SIZE_MS, now - this.growth.start);
    if (way >= 1) this.growth = null;
    return this.growth ? this.growth.from + (this.last - this.growth.from) * way : this.last;
  }

  // Return the smallest share of its size to which a
  // butterfly folds its wings, if there are `count`.
  slim(count) {
    const { area } = this.shape;
    return Math.min(1, (SLIM * Math.sqrt(area / Math.max(1, count))) / size(area, count));
  }

  /** Return the size of a butterfly seen close up, as a fraction of the square. */
  slimmest() {
    return size(this.shape.area, this.last) * this.slim(this.last);
  }

  view(now) {
    const { camera, pace } = this;
    const count = this.count(now);
    const whole = size(this.shape.area, count);
    // Close up, butterflies fold their wings a little, so that each can be seen.
    const way = smooth(1.2, 5, camera.zoom) * smooth(24, 110, whole * camera.scale);
    const scale = camera.scale * pace.ratio;
    return {
      x: camera.x,
      y: camera.y,
      scale,
      width: this.painter.canvas.width,
      height: this.painter.canvas.height,
      size: whole * scale * (1 + (this.slim(count) - 1) * way),
      rim: Math.min(whole * 0.66, 0.5),
      night: this.colours.night,
      // Close up, the shared shade looks like fog, so it
      // fades and leaves each butterfly's own shade.
      ground: 1 - 0.9 * way,
      count,
    };
  }

  frame(now) {
    if (this.isAsleep || document.hidden || !this.flock) return;
    // Showing blocks until all earlier painting is done.
    // So until then, show nothing and paint no more.
    if (!this.layer && this.painter.isBusy()) {
      this.wake();
      return;
    }
    this.pace.measure(now);
    const flies = this.camera.step(now);
    if (flies) this.movedAt = now;
    if (this.arrivals.step(now)) this.weaveSoon();
    const view = this.view(now);
    this.settle(view, now);
    if (!this.layer && this.build) {
      this.wake();
      return;
    }
    const { chosen, pointed, lit, colours } = this;
    const { discs, large } = marks(view, this.pace.ratio, { chosen, pointed, lit, ...colours });
    const moving = this.arrivals.pack(now, view, this.pace.ratio);
    this.painter.show(view, moving, discs, large);
    this.after(view);
    if (this.layer) this.onWhole();
    if (flies || this.arrivals.isBusy || this.build || this.growth) this.wake();
    else this.pace.rest();
  }

  isDone(painted, view) {
    return painted && painted.version === this.version && isSame(painted.view, view);
  }

  settle(view, now) {
    if (this.isDone(this.layer, view)) {
      this.build = null;
      return;
    }
    const flock = this.inSight(view);
    const isLong = flock.length / 2 > this.pace.budget;
    if (isLong && this.layer && now - this.movedAt < REST_MS) {
      // Until the view rests, show the last picture, moved and scaled.
      this.build = { view: null };
      return;
    }
    if (!this.isDone(this.build, view)) {
      this.painter.begin(view, flock, dotsOf(this.shape, view, view.count));
      this.build = { view, version: this.version, flock, at: 0 };
    }
    this.paintOn();
  }

  paintOn() {
    const { build } = this;
    const all = build.flock.length / 2;
    const isStopgap = !this.layer || !isSame(this.layer.view, build.view);
    const least = isStopgap ? all / MAX_STEPS : 1;
    const to = Math.min(all, build.at + Math.ceil(Math.max(least, this.pace.budget)));
    if (!this.painter.paint(build.at, to)) {
      this.build = null;
      return;
    }
    build.at = to;
    if (to < all) return;
    this.painter.finish();
    this.layer = build;
    this.build = null;
  }

  // Close up, return only the butterflies nearby, so that a million cost no more than a thousand.
  inSight(view) {
    if (this.flock.length / 2 <= MANY || this.camera.zoom < 1.5) return this.flock;
    const room = view.size / view.scale;
    const now = this.camera.seen();
    const { near } = this;
    if (near && near.of === this.flock && isAround(near, now, room)) return near.flock;
    const around = this.camera.seen(0.4);
    around.left -= 2 * room;
    around.right += 2 * room;
    around.top -= 2 * room;
    around.bottom += 2 * room;
    this.near = { ...around, of: this.flock, flock: within(this.flock, around) };
    return this.near.flock;
  }
}

// Return whether the gathered area covers the view, and not far more.
function isAround(near, seen, room) {
  const isWide = near.left <= seen.left - room && near.right >= seen.right + room;
  const isHigh = near.top <= seen.top - room && near.bottom >= seen.bottom + room;
  return isWide && isHigh && near.right - near.left < 4 * (seen.right - seen.left + room);
}

function isSame(one, other) {
  if (!one || one.night !== other.night) return false;
  const names = ["x", "y", "scale", "width", "height"];
  if (names.some((name) => one[name] !== other[name])) return false;
  return Math.abs(one.size - other.size) <= one.size * 1e-3;
}
