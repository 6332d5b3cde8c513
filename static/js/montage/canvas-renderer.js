// Paints a montage on a plain canvas if there is no WebGL2. The butterflies and places are the
// same. Their colours come from the palette, without the small jitter.

import { wings } from "../lib/montage-layout.js";
import { yOf } from "./butterflies.js";
import { bringForward, layersFor } from "./layers.js";
import { pixelOf } from "./overlay.js";
import { paletteOf } from "./shape-loader.js";
import { SpriteSheets } from "./sprite-sheets.js";
import { tintsOf } from "./tints.js";

/** @import { Box, Ground, LargeButterflies, Layer, PackedButterflies, Place, Rgb, Shape, View } from "../../../types/montage" */

// In pixels of four bytes each. A few stamps of large
// butterflies would already fill a tablet's memory.
const MAX_STAMP_PIXELS = 2 ** 24;
const STEP = 2 ** 0.25;
const TURN = Math.PI / 32768;

/** @typedef {{ image: ImageData, side: number }} Sheet */
/** @typedef {Layer & { canvas: HTMLCanvasElement, butterflies?: Uint32Array }} CanvasLayer */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
const contextOf = (canvas, settings) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));

// Return the pixels of a sprite sheet, whose channels are shares, and the side of one pose.
/**
 * @param {HTMLImageElement} image
 * @returns {Sheet}
 */
function readSheet(image) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.width, height: image.height });
  const context = contextOf(canvas, { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return { image: context.getImageData(0, 0, image.width, image.height), side: image.width / 4 };
}

export class CanvasRenderer {
  /** @type {number} */
  #stamped;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Shape} shape
   * @param {string} sheetUrl
   */
  constructor(canvas, shape, sheetUrl) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("No canvas");
    this.context = context;
    this.canvas = canvas;
    this.shape = shape;
    /** @type {HTMLCanvasElement | null} */
    this.ground = null;
    /** @type {CanvasLayer | null} */
    this.front = null;
    /** @type {CanvasLayer | null} */
    this.back = null;
    /** @type {CanvasLayer | null} */
    this.complete = null;
    /** @type {Map<string, { canvas: HTMLCanvasElement, sheet: Sheet }>} */
    this.stamps = new Map();
    this.#stamped = 0;
    this.palette = paletteOf(shape);
    this.sheets = new SpriteSheets(sheetUrl, (image) => Promise.resolve(readSheet(image)));
  }

  /** Match WebGLRenderer. A plain canvas has nothing to compile. */
  prepare() {
    return Promise.resolve();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    Object.assign(this.canvas, { width, height });
    this.front = this.layer();
    this.back = this.layer();
    this.complete = null;
  }

  /** @returns {CanvasLayer} */
  layer() {
    const { width, height } = this.canvas;
    return { canvas: Object.assign(document.createElement("canvas"), { width, height }), view: null };
  }

  /** @param {Ground | null} ground */
  setGround(ground) {
    this.ground = null;
    if (!ground) return;
    const { side, pixels } = ground;
    this.ground = document.createElement("canvas");
    Object.assign(this.ground, { width: side, height: side });
    const straight = new ImageData(side, side);
    for (let at = 0; at < pixels.length; at += 4) {
      const alpha = pixels[at + 3] || 1;
      for (let channel = 0; channel < 3; channel += 1) straight.data[at + channel] = (pixels[at + channel] * 255) / alpha;
      straight.data[at + 3] = pixels[at + 3];
    }
    contextOf(this.ground).putImageData(straight, 0, 0);
  }

  /**
   * @param {View} view
   * @param {Uint32Array<ArrayBuffer>} butterflies
   * @param {Float32Array | null} dots
   */
  begin(view, butterflies, dots) {
    const back = /** @type {CanvasLayer} */ (this.back);
    Object.assign(back, { view, butterflies });
    const context = contextOf(back.canvas);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    const left = view.width / 2 - view.x * view.scale;
    const top = view.height / 2 - view.y * view.scale;
    context.globalAlpha = view.ground;
    if (this.ground) context.drawImage(this.ground, left, top, view.scale, view.scale);
    context.globalAlpha = 1;
    if (dots) this.paintDiscs(context, dots);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {boolean}
   */
  paint(from, to) {
    const { view, butterflies, canvas } = /** @type {Required<CanvasLayer>} */ (this.back);
    const context = contextOf(canvas);
    if (!view) return false;
    for (let at = 2 * from; at < 2 * to; at += 2) {
      if (!this.paintOne(context, view, butterflies[at], butterflies[at + 1], [0, 0, 0, 1, 1])) return false;
    }
    return true;
  }

  /** Return false, because a plain canvas has finished when a paint call returns. */
  isBusy() {
    return false;
  }

  finish() {
    bringForward(this, () => this.layer());
  }

  /**
   * @param {View} view
   * @param {PackedButterflies} moving
   * @param {Float32Array | null} discs
   * @param {LargeButterflies | null} large
   */
  show(view, moving, discs, large) {
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    for (const [layer, [left, top, wide, high]] of layersFor(this, view)) {
      /** @type {Box} */
      const box = [left * view.width, top * view.height, wide * view.width, high * view.height];
      context.clearRect(...box);
      context.drawImage(layer.canvas, ...box);
    }
    this.paintMoving(view, moving);
    if (discs) this.paintDiscs(context, discs);
    if (large) this.paintMoving({ ...view, size: large.size }, large.butterflies);
  }

  /**
   * @param {View} view
   * @param {PackedButterflies} moving
   */
  paintMoving(view, { count, bytes }) {
    for (let at = 0; at < count; at += 1) {
      const [x, number] = new Uint32Array(bytes, at * 28, 2);
      this.paintOne(this.context, view, x, number, new Float32Array(bytes, at * 28 + 8, 5));
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number} x
   * @param {number} number
   * @param {ArrayLike<number> & Iterable<number>} stance
   * @returns {boolean}
   */
  paintOne(context, view, x, number, [dx, dy, turn, grown, seen]) {
    const place = { x, y: yOf(x) };
    const spot = pixelOf(place, view);
    const size = view.size * grown;
    const px = spot.x + dx * view.scale;
    const py = spot.y + dy * view.scale;
    if (px < -size || py < -size || px > view.width + size || py > view.height + size) return true;
    const shape = { palette: this.palette, centre: this.shape.centre };
    const look = wings(shape, number, [place.x], [place.y]);
    const stamp = this.stamp(place, look.variant[0], size, view.night);
    if (!stamp) return false;
    const side = (size * look.scale[0]) / 1000;
    const angle = (look.turn[0] + turn) * TURN;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const mirror = look.flip[0] ? -1 : 1;
    context.setTransform(cos * mirror, sin * mirror, -sin, cos, px, py);
    context.globalAlpha = seen;
    context.drawImage(stamp, -side / 2, -side / 2, side, side);
    context.globalAlpha = 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    return true;
  }

  // Return a pose in the colours of one palette entry, at the next larger of a series of sizes.
  /**
   * @param {Place} place
   * @param {number} variant
   * @param {number} size
   * @param {boolean} night
   * @returns {HTMLCanvasElement | null}
   */
  stamp(place, variant, size, night) {
    const pixel = this.shape.pixels[((place.y >>> 22) << 10) | (place.x >>> 22)];
    const level = Math.ceil(Math.log(Math.max(2, size)) / Math.log(STEP));
    const key = `${pixel}.${variant}.${level}.${night}`;
    const cached = this.stamps.get(key);
    const sheet = this.sheets.for(size * 1.1);
    if (cached && cached.sheet === sheet) return cached.canvas;
    if (!sheet) return null;
    if (this.#stamped > MAX_STAMP_PIXELS) this.forget();
    const colour = this.shape.colours.slice(3 * pixel - 3, 3 * pixel);
    const tints = tintsOf(this.shape, colour, size, night);
    const canvas = tintSprite(sheet, variant, tints, Math.min(sheet.side, Math.ceil(STEP ** level)));
    this.stamps.set(key, { canvas, sheet });
    this.#stamped += canvas.width ** 2;
    return canvas;
  }

  forget() {
    for (const { canvas } of this.stamps.values()) freeCanvas(canvas);
    this.stamps.clear();
    this.#stamped = 0;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Float32Array} discs
   */
  paintDiscs(context, discs) {
    for (let at = 0; at < discs.length; at += 8) {
      const [x, y, radius, inner, red, green, blue, alpha] = discs.subarray(at, at + 8);
      /** @param {number} value */
      const channel = (value) => Math.round((value / alpha) * 255);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (inner > 0) context.arc(x, y, inner, 0, 2 * Math.PI, true);
      context.fillStyle = `rgba(${channel(red)},${channel(green)},${channel(blue)},${alpha})`;
      context.fill();
    }
  }
}

/** How many butterflies the first frames may paint. */
CanvasRenderer.budget = 3000;

/**
 * @param {Sheet} sheet
 * @param {number} variant
 * @param {Rgb[]} tints
 * @param {number} size
 * @returns {HTMLCanvasElement}
 */
function tintSprite({ image, side }, variant, [ink, dark, light, spot], size) {
  const [left, top] = [side * (variant % 4), side * (variant >> 2)];
  const full = new ImageData(side, side);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const from = 4 * ((top + row) * image.width + left + column);
      const to = 4 * (row * side + column);
      const alpha = image.data[from + 3];
      if (!alpha) continue;
      const [cell, wash, pale] = image.data.subarray(from, from + 3);
      for (let channel = 0; channel < 3; channel += 1) {
        const base = mix(mix(ink[channel], dark[channel], cell), light[channel], wash);
        full.data[to + channel] = mix(base, spot[channel], pale);
      }
      full.data[to + 3] = alpha;
    }
  }
  const fullSize = document.createElement("canvas");
  Object.assign(fullSize, { width: side, height: side });
  contextOf(fullSize).putImageData(full, 0, 0);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: size, height: size });
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(fullSize, 0, 0, size, size);
  freeCanvas(fullSize);
  return canvas;
}

// Safari keeps the pixels of an unused canvas for a long time, so set its size to zero.
/** @param {HTMLCanvasElement} canvas */
const freeCanvas = (canvas) => Object.assign(canvas, { width: 0, height: 0 });

/**
 * @param {number} one
 * @param {number} other
 * @param {number} share
 */
const mix = (one, other, share) => one + ((other - one) * share) / 255;
