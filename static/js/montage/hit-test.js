// Finds the butterfly at a point on the screen.

import { yOf } from "./butterflies.js";
import { pixelOf } from "./overlay.js";

/** @import { PlacedButterfly, View } from "../../../types/montage" */

const BODY_RADIUS = 0.36;
const NEAR_RADIUS = 0.7;

/**
 * Return { number, x, y } of the topmost butterfly of `butterflies` whose wings cover (px, py).
 *
 * If there is none, return the nearest within `reach`, or null. Lengths are device pixels.
 *
 * @param {Uint32Array} butterflies
 * @param {View} view
 * @param {number} px
 * @param {number} py
 * @param {number} reach
 * @returns {PlacedButterfly | null}
 */
export function hitTest(butterflies, view, px, py, reach) {
  const body = (view.size * BODY_RADIUS) ** 2;
  const maxDistance = Math.max(reach, view.size * NEAR_RADIUS) ** 2;
  let [topmost, nearest, smallest] = [-1, -1, maxDistance];
  const left = view.width / 2 - view.x * view.scale;
  const top = view.height / 2 - view.y * view.scale;
  const [low, high] = [view.rim, 1 - view.rim];
  const step = 2 ** -32;
  for (let at = 0; at < butterflies.length; at += 2) {
    const x = Math.min(high, Math.max(low, butterflies[at] * step));
    const dx = left + x * view.scale - px;
    const across = dx * dx;
    if (across > maxDistance) continue;
    const y = Math.min(high, Math.max(low, yOf(butterflies[at]) * step));
    const dy = top + y * view.scale - py;
    const distance = across + dy * dy;
    if (distance <= body) topmost = at;
    if (distance < smallest) [nearest, smallest] = [at, distance];
  }
  const at = topmost >= 0 ? topmost : nearest;
  return at < 0 ? null : { number: butterflies[at + 1], x: butterflies[at], y: yOf(butterflies[at]) };
}

/**
 * Return how many of `butterflies` have their middle in view.
 *
 * @param {Uint32Array} butterflies
 * @param {View} view
 * @returns {number}
 */
export function countInView(butterflies, view) {
  let count = 0;
  for (let at = 0; at < butterflies.length; at += 2) {
    const { x, y } = pixelOf({ x: butterflies[at], y: yOf(butterflies[at]) }, view);
    if (x >= 0 && y >= 0 && x <= view.width && y <= view.height) count += 1;
  }
  return count;
}
