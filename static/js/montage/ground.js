// The soft shade beneath many butterflies. Keep it the same as campaign/montage/rendering/ground.py.

import { clamp } from "../lib/clamp.js";
import { yOf } from "./butterflies.js";
import { tintsOf } from "./tints.js";

/** @import { Ground, LayoutShape } from "../../../types/montage" */

const UNIT = 2 ** -32;
const MAX_GRID_WIDTH = 600;
const STRENGTH = 0.9;
const DEEPEST = 0.72;

/**
 * Return how far `count` is from `low` to `high` on a logarithmic scale, 0 to 1.
 *
 * @param {number} count
 * @param {number} low
 * @param {number} high
 */
function logScale(count, low, high) {
  const progress = Math.log(Math.max(count, 1) / low) / Math.log(high / low);
  return clamp(progress, 0, 1);
}

/**
 * Return the opacity of the outline's dots. They fade as the shape itself appears.
 *
 * @param {number} count
 * @returns {number}
 */
export const outlineOpacity = (count) =>
  (0.8 - 0.18 * logScale(count, 1, 43)) * (1 - logScale(count, 300, 2000));

/**
 * Return the shade as { side, pixels } (RGBA,
 * premultiplied), or null if there are too few butterflies.
 *
 * The picture of `butterflies` is `width` pixels wide, and each butterfly is `size` pixels wide.
 *
 * @param {LayoutShape} shape
 * @param {Uint32Array} butterflies
 * @param {number} count
 * @param {number} width
 * @param {number} size
 * @param {boolean} night
 * @returns {Ground | null}
 */
export function renderShade(shape, butterflies, count, width, size, night) {
  const fullness = logScale(count, 150, 2500);
  if (!fullness || !butterflies.length) return null;
  const side = Math.floor(width / Math.max(width / MAX_GRID_WIDTH, size / 8));
  const sums = accumulate(shape, butterflies, side, size / width, paletteWeights(shape, size, night, fullness));
  const radius = Math.max(1, Math.round((size * side * 0.3) / width));
  const blurredSums = sums.map((plane) => blur(blur(plane, side, radius), side, radius));
  const full = count / (shape.area * side * side);
  const darkness = 1 + (DEEPEST - 1) * fullness;
  const pixels = new Uint8Array(4 * side * side);
  for (let at = 0; at < side * side; at += 1) {
    const density = clamp((blurredSums[0][at] / full - 0.48) / 0.32, 0, 1);
    const alpha = density * STRENGTH * fullness;
    const each = (alpha * darkness) / Math.max(blurredSums[1][at], 1e-9);
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[4 * at + channel] = blurredSums[2 + channel][at] * each;
    }
    pixels[4 * at + 3] = alpha * 255;
  }
  return { side, pixels };
}

// Return the weight and the weighted colour of a butterfly for each colour of the palette. At night
// the dark tints glow. While butterflies are few, paler ones count for more.
/**
 * @param {LayoutShape} shape
 * @param {number} size
 * @param {boolean} night
 * @param {number} fullness
 */
function paletteWeights(shape, size, night, fullness) {
  const look = new Float32Array((shape.colours.length / 3) * 4);
  for (let at = 0; at < look.length / 4; at += 1) {
    const colour = shape.colours.slice(3 * at, 3 * at + 3);
    const tint = tintsOf(shape, colour, size, night)[night ? 1 : 2];
    const weight = (Math.max(...tint) / 255) ** (2 - 2 * fullness);
    look.set([weight, ...tint.map((value) => value * weight)], 4 * at);
  }
  return look;
}

/**
 * @param {LayoutShape} shape
 * @param {Uint32Array} butterflies
 * @param {number} side
 * @param {number} size
 * @param {Float32Array} look
 */
function accumulate(shape, butterflies, side, size, look) {
  const sums = Array.from({ length: 5 }, () => new Float32Array(side * side));
  const rim = Math.min(size * 0.66, 0.5);
  /** @param {number} place */
  const inside = (place) => clamp(place * UNIT, rim, 1 - rim);
  for (let at = 0; at < butterflies.length; at += 2) {
    const x = butterflies[at];
    const y = yOf(x);
    const from = 4 * (shape.pixels[((y >>> 22) << 10) | (x >>> 22)] - 1);
    const cell = Math.floor(inside(y) * side) * side + Math.floor(inside(x) * side);
    sums[0][cell] += 1;
    sums[1][cell] += look[from];
    sums[2][cell] += look[from + 1];
    sums[3][cell] += look[from + 2];
    sums[4][cell] += look[from + 3];
  }
  return sums;
}

/**
 * @param {Float32Array} plane
 * @param {number} side
 * @param {number} radius
 */
function blur(plane, side, radius) {
  const across = new Float32Array(plane.length);
  for (let row = 0; row < side; row += 1) boxBlur(plane, across, row * side, 1, side, radius);
  const both = new Float32Array(plane.length);
  for (let column = 0; column < side; column += 1) boxBlur(across, both, column, side, side, radius);
  return both;
}

// Write the mean over 2 · reach + 1 cells around each cell of one row or column.
/**
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} start
 * @param {number} step
 * @param {number} side
 * @param {number} radius
 */
function boxBlur(from, to, start, step, side, radius) {
  let sum = 0;
  for (let at = 0; at < Math.min(radius, side); at += 1) sum += from[start + at * step];
  for (let at = 0; at < side; at += 1) {
    if (at + radius < side) sum += from[start + (at + radius) * step];
    if (at - radius - 1 >= 0) sum -= from[start + (at - radius - 1) * step];
    to[start + at * step] = sum / (2 * radius + 1);
  }
}
