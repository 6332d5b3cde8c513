// Finds the butterfly at a point on the screen.

import { yOf } from "./flock.js";
import { spotOf } from "./lens.js";

const BODY = 0.36;
const NEAR = 0.7;

/**
 * Return { number, x, y } of the topmost butterfly of `flock` whose wings cover (px, py).
 *
 * If there is none, return the nearest within `reach`, or null. Lengths are device pixels.
 */
export function pick(flock, view, px, py, reach) {
  const body = (view.size * BODY) ** 2;
  const far = Math.max(reach, view.size * NEAR) ** 2;
  let [upper, nearest, least] = [-1, -1, far];
  const left = view.width / 2 - view.x * view.scale;
  const top = view.height / 2 - view.y * view.scale;
  const [low, high] = [view.rim, 1 - view.rim];
  const step = 2 ** -32;
  for (let at = 0; at < flock.length; at += 2) {
    const x = Math.min(high, Math.max(low, flock[at] * step));
    const dx = left + x * view.scale - px;
    const across = dx * dx;
    if (across > far) continue;
    const y = Math.min(high, Math.max(low, yOf(flock[at]) * step));
    const dy = top + y * view.scale - py;
    const away = across + dy * dy;
    if (away <= body) upper = at;
    if (away < least) [nearest, least] = [at, away];
  }
  const at = upper >= 0 ? upper : nearest;
  return at < 0 ? null : { number: flock[at + 1], x: flock[at], y: yOf(flock[at]) };
}

/** Return how many of `flock` have their middle in view. */
export function inView(flock, view) {
  let count = 0;
  for (let at = 0; at < flock.length; at += 2) {
    const { x, y } = spotOf({ x: flock[at], y: yOf(flock[at]) }, view);
    if (x >= 0 && y >= 0 && x <= view.width && y <= view.height) count += 1;
  }
  return count;
}
