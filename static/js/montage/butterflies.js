// All butterflies of a montage, eight bytes each, in the order of painting.

import { hash32 } from "../lib/montage-layout.js";

/** @import { Area } from "../../../types/montage" */
/** @import { Places } from "../lib/montage-layout.js" */

// A place's y follows from its x. Both are multiples of the candidate's number modulo 2³², and the
// step of x has an inverse. So the factor is 1/3242174889 · 2447445414 modulo 2³².
export const Y_OF_X = Number(
  (BigInt(2447445414) * inverse(BigInt(3242174889))) % BigInt(2 ** 32),
);
const DEPTH = 0x3c6ef372;
const MAX_PLAIN_SORT = 4096;

/**
 * @param {bigint} odd
 * @returns {bigint}
 */
function inverse(odd) {
  const all = BigInt(2 ** 32);
  let guess = odd;
  // Each round doubles the number of correct bits, which starts at three.
  for (let round = 0; round < 4; round += 1) guess = (guess * (BigInt(2) - odd * guess)) % all;
  return (guess + all) % all;
}

/**
 * Return the y of the place with this x. Both are uint32 fractions of the square.
 *
 * @param {number} x
 * @returns {number}
 */
export const yOf = (x) => Math.imul(x, Y_OF_X) >>> 0;

/**
 * Return butterflies 1 … `last`, except those in the array `without`, lowest depth first.
 *
 * The result is one Uint32Array of pairs (x, number). `places` is a Places of montage-layout.js.
 *
 * @param {Places} places
 * @param {number} last
 * @param {number[]} without
 * @returns {Uint32Array<ArrayBuffer>}
 */
export function gatherButterflies(places, last, without) {
  const missing = new Set(without.filter((number) => number <= last));
  const { x } = places.between(1, last);
  const numbers = new Uint32Array(last - missing.size);
  for (let number = 1, at = 0; number <= last; number += 1) {
    if (missing.size && missing.has(number)) continue;
    numbers[at] = number;
    at += 1;
  }
  const sorted = sortByDepth(numbers);
  const butterflies = new Uint32Array(2 * sorted.length);
  for (let at = 0; at < sorted.length; at += 1) {
    butterflies[2 * at] = x[sorted[at] - 1];
    butterflies[2 * at + 1] = sorted[at];
  }
  return butterflies;
}

/**
 * @param {Uint32Array<ArrayBuffer>} numbers
 * @returns {Uint32Array<ArrayBuffer>}
 */
function sortByDepth(numbers) {
  /** @param {number} number */
  const depth = (number) => hash32(number + DEPTH);
  if (numbers.length <= MAX_PLAIN_SORT) return numbers.sort((a, b) => depth(a) - depth(b));
  // A radix sort, sixteen bits at a time, sorts a million in a few dozen milliseconds.
  let from = numbers;
  let to = new Uint32Array(numbers.length);
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65537);
    for (let at = 0; at < from.length; at += 1) starts[((depth(from[at]) >>> shift) & 0xffff) + 1] += 1;
    for (let digit = 1; digit < 65536; digit += 1) starts[digit] += starts[digit - 1];
    for (let at = 0; at < from.length; at += 1) {
      const digit = (depth(from[at]) >>> shift) & 0xffff;
      to[starts[digit]] = from[at];
      starts[digit] += 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/**
 * Return those of `butterflies` inside { left, top, right, bottom } (fractions), in the same order.
 *
 * @param {Uint32Array<ArrayBuffer>} butterflies
 * @param {Area} area
 * @returns {Uint32Array<ArrayBuffer>}
 */
export function insideBox(butterflies, { left, top, right, bottom }) {
  const [x0, x1] = [left, right].map((value) => Math.max(0, Math.min(1, value)) * 2 ** 32);
  const [y0, y1] = [top, bottom].map((value) => Math.max(0, Math.min(1, value)) * 2 ** 32);
  let result = new Uint32Array(1024);
  let length = 0;
  for (let at = 0; at < butterflies.length; at += 2) {
    const x = butterflies[at];
    if (x < x0 || x > x1) continue;
    const y = Math.imul(x, Y_OF_X) >>> 0;
    if (y < y0 || y > y1) continue;
    if (length === result.length) {
      const wider = new Uint32Array(2 * length);
      wider.set(result);
      result = wider;
    }
    result[length] = x;
    result[length + 1] = butterflies[at + 1];
    length += 2;
  }
  return result.subarray(0, length);
}
