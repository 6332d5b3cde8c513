// The montage as a function: from a butterfly number to its place, turn, wing and colour. It is the
// same as campaign/montage/layout.py, to the bit. tests/vectors/montage_*.json keep both identical.

/** @import { ShapeMask } from "../../../types/montage" */

/**
 * What gives butterflies their look.
 *
 * @typedef {object} PaintedShape
 * @property {ArrayLike<number>} palette The RGBA bytes of palette.png (1024×1024).
 * @property {[column: number, row: number]} centre From shape.toml.
 */

/**
 * The look of consecutive butterflies.
 *
 * @typedef {object} Wings
 * @property {Uint8Array} variant 0–7.
 * @property {Uint8Array} flip 0 or 1.
 * @property {Int32Array} turn 65,536 is a whole turn, clockwise from head up.
 * @property {Int32Array} scale 1,000 is as `size` says.
 * @property {Uint8ClampedArray} colour Three bytes each.
 * @property {Uint32Array} depth All different. The lowest is painted first.
 */

const STEP_X = 3242174889;
const STEP_Y = 2447445414;
const BLOCK = 1 << 14;
const CANDIDATES = 2 ** 32;
const MAX_SIZE = 0.34;

/**
 * 1,048,576 pixels, eight to a byte, first pixel in the lowest bit, and the share of them that is
 * set. `rgba` is mask.png as a canvas gives it.
 *
 * @param {Uint8ClampedArray | Uint8Array} rgba
 * @returns {ShapeMask}
 */
export function packMask(rgba) {
  const mask = new Uint8Array(rgba.length >> 5);
  let set = 0;
  for (let pixel = 0; pixel < rgba.length >> 2; pixel += 1) {
    if (rgba[pixel << 2] > 127) {
      mask[pixel >> 3] |= 1 << (pixel & 7);
      set += 1;
    }
  }
  return { mask, area: set / (rgba.length >> 2) };
}

/**
 * @param {Uint8Array} mask
 * @param {number} x
 * @param {number} y
 */
function isInside(mask, x, y) {
  const pixel = ((y >>> 22) << 10) | (x >>> 22);
  return (mask[pixel >> 3] >> (pixel & 7)) & 1;
}

/**
 * Finds places. Keeps how many butterflies come before each block of candidates, so that a search
 * far down the line begins near its goal.
 */
export class Places {
  /** @param {Uint8Array} mask */
  constructor(mask) {
    this.mask = mask;
    this.before = [0];
  }

  /**
   * Butterflies first … last, both included: x and y as Uint32Array, fractions of the square (2³² =
   * 1), y downward.
   *
   * @param {number} first
   * @param {number} last
   * @returns {{ x: Uint32Array<ArrayBuffer>, y: Uint32Array<ArrayBuffer> }}
   */
  between(first, last) {
    if (first < 1) throw new RangeError("butterflies are numbered from 1");
    const count = Math.max(0, last - first + 1);
    const x = new Uint32Array(count);
    const y = new Uint32Array(count);
    if (count === 0) return { x, y };
    const block = this.blockOf(first);
    let number = this.before[block];
    let candidate = block * BLOCK;
    let atX = Math.imul(candidate, STEP_X);
    let atY = Math.imul(candidate, STEP_Y);
    while (number < last) {
      candidate += 1;
      if (candidate >= CANDIDATES) throw new RangeError("this shape has no more places");
      atX = (atX + STEP_X) | 0;
      atY = (atY + STEP_Y) | 0;
      if (isInside(this.mask, atX, atY)) {
        number += 1;
        if (number >= first) {
          x[number - first] = atX;
          y[number - first] = atY;
        }
      }
    }
    return { x, y };
  }

  /**
   * @param {number} number
   * @returns {number}
   */
  blockOf(number) {
    while (this.before[this.before.length - 1] < number) this.countNextBlock();
    let low = 0;
    let high = this.before.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.before[middle] < number) low = middle;
      else high = middle;
    }
    return low;
  }

  countNextBlock() {
    const block = this.before.length - 1;
    if (block * BLOCK === CANDIDATES) throw new RangeError("this shape has no more places");
    let atX = Math.imul(block * BLOCK, STEP_X);
    let atY = Math.imul(block * BLOCK, STEP_Y);
    let count = this.before[block];
    for (let index = 0; index < BLOCK; index += 1) {
      atX = (atX + STEP_X) | 0;
      atY = (atY + STEP_Y) | 0;
      count += isInside(this.mask, atX, atY);
    }
    this.before.push(count);
  }
}

/**
 * A 32-bit hash, one to one: the finaliser of MurmurHash3.
 *
 * @param {number} number
 * @returns {number}
 */
export function hash32(number) {
  let h = number | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The direction of (across, up), −32,768 to 32,768, clockwise from straight up.
 *
 * @param {number} across
 * @param {number} up
 * @returns {number}
 */
export function bearing(across, up) {
  const wide = Math.abs(across);
  const high = Math.abs(up);
  const ratio = Math.floor((Math.min(wide, high) << 12) / Math.max(wide, high, 1));
  let angle = (ratio * (8192 + ((2847 * (4096 - ratio)) >> 12))) >> 12;
  if (wide > high) angle = 16384 - angle;
  if (up < 0) angle = 32768 - angle;
  return across < 0 ? -angle : angle;
}

/**
 * Return the look of butterflies first, first + 1 … at these places.
 *
 * @param {PaintedShape} shape
 * @param {number} first
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @returns {Wings}
 */
export function wings(shape, first, x, y) {
  const count = x.length;
  const look = {
    variant: new Uint8Array(count),
    flip: new Uint8Array(count),
    turn: new Int32Array(count),
    scale: new Int32Array(count),
    colour: new Uint8ClampedArray(count * 3),
    depth: new Uint32Array(count),
  };
  const { palette, centre } = shape;
  for (let index = 0; index < count; index += 1) {
    const number = first + index;
    const hash = hash32(number);
    const column = x[index] >>> 22;
    const row = y[index] >>> 22;
    const outward = (bearing(column - centre[0], centre[1] - row) * 87) >> 8;
    look.variant[index] = hash >>> 29;
    look.flip[index] = (hash >>> 28) & 1;
    look.turn[index] = outward + ((((hash & 0xffff) - 32768) * 5737) >> 15);
    look.scale[index] = 980 + ((((hash >>> 16) & 0xfff) * 241) >> 12);
    look.depth[index] = hash32(number + 0x3c6ef372);
    paint(look.colour, index * 3, palette, ((row << 10) | column) << 2, hash32(number + 0x9e3779b9));
  }
  return look;
}

/**
 * @param {Uint8ClampedArray} colour
 * @param {number} at
 * @param {ArrayLike<number>} palette
 * @param {number} from
 * @param {number} hash
 */
function paint(colour, at, palette, from, hash) {
  const red = palette[from];
  const blue = palette[from + 2];
  const light = (((hash & 0xffff) * 17) >> 16) - 8;
  const hue = (((hash >>> 16) * 17) >> 16) - 8;
  colour[at] = red + light;
  colour[at + 1] = palette[from + 1] + light + ((hue * Math.abs(red - blue)) >> 8);
  colour[at + 2] = blue + light;
}

/**
 * The side of a butterfly's square when there are `count`, as a fraction of the montage's side.
 *
 * @param {number} area
 * @param {number} count
 * @returns {number}
 */
export function size(area, count) {
  if (count < 1) return MAX_SIZE;
  const progress = Math.min(Math.max(Math.log(count / 43) / Math.log(2000 / 43), 0), 1);
  const factor = 1.2 + 0.7 * progress * progress * (3 - 2 * progress);
  return Math.min(MAX_SIZE, factor * Math.sqrt(area / count));
}
