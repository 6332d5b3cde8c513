// What is painted besides the butterflies: the dotted outline, the lens on the chosen butterfly,
// and the ring around the one under the pointer. A disc is eight numbers: x, y, radius and inner
// radius in device pixels, then premultiplied red, green, blue and alpha.

import { clamp } from "../lib/clamp.js";
import { outlineOpacity } from "./ground.js";

/** @import { ChosenButterfly, ColourScheme, HighlightedButterfly, LargeButterflies, Place, PlacedButterfly, Rgb, Shape, View } from "../../../types/montage" */

const OUTLINE_COLOURS = { day: [0x60, 0x4b, 0x39], night: [0xbf, 0xa9, 0x8b] };
const DOT_SCALE = 700;
const DOT_RADIUS = 1 / 800;
const RADIUS = 62;
const LENS_MARGIN = 4;
const RADIUS_FACTOR = 0.7;
const MIN_RING = 9;
const RING_ROOM = 0.62;
const RING_WIDTH = 2.5;

/**
 * What the overlay shows, and in which colours.
 *
 * @typedef {object} OverlayContent
 * @property {ChosenButterfly | null} chosen
 * @property {PlacedButterfly | null} hovered
 * @property {HighlightedButterfly[]} highlighted
 * @property {Rgb} ink
 * @property {Rgb} surface
 */

/**
 * Return the discs of the outline, or null if none is visible.
 *
 * @param {Shape} shape
 * @param {View} view
 * @param {number} count
 * @returns {Float32Array<ArrayBuffer> | null}
 */
export function outlineDots(shape, view, count) {
  const strength = outlineOpacity(count);
  if (!strength || !shape.dots.length) return null;
  const step = Math.max(1, Math.round(DOT_SCALE / view.scale));
  const radius = Math.max(0.75, Math.min(view.width, view.height) * DOT_RADIUS);
  const colour = OUTLINE_COLOURS[view.night ? "night" : "day"].map((value) => (value / 255) * strength);
  /** @type {number[]} */
  const discs = [];
  for (let at = 0; at < shape.dots.length; at += 2 * step) {
    const x = view.width / 2 + (shape.dots[at] / 16384 - view.x) * view.scale;
    const y = view.height / 2 + (shape.dots[at + 1] / 16384 - view.y) * view.scale;
    if (x < -4 || y < -4 || x > view.width + 4 || y > view.height + 4) continue;
    discs.push(x, y, radius, -1, ...colour, strength);
  }
  return discs.length ? new Float32Array(discs) : null;
}

/**
 * Return where a butterfly is in the picture, in device pixels.
 *
 * @param {Place} place
 * @param {View} view
 */
export function pixelOf(place, view) {
  /** @param {number} value */
  const inside = (value) => clamp(value * 2 ** -32, view.rim, 1 - view.rim);
  return {
    x: view.width / 2 + (inside(place.x) - view.x) * view.scale,
    y: view.height / 2 + (inside(place.y) - view.y) * view.scale,
  };
}

/**
 * Return the radius of the lens in device pixels.
 *
 * @param {View} view
 * @param {number} ratio
 * @returns {number}
 */
export const lensRadius = (view, ratio) => Math.max(RADIUS * ratio, view.size * RADIUS_FACTOR);

// Return a light ring around a dark ring for each `highlighted`
// butterfly. The supporter's own gets a thicker ring.
/**
 * @param {HighlightedButterfly[]} highlighted
 * @param {View} view
 * @param {number} ratio
 * @param {Omit<ColourScheme, "night">} scheme
 * @returns {number[]}
 */
function ringDiscs(highlighted, view, ratio, { ink, surface }) {
  return highlighted.flatMap((place) => {
    const radius = Math.max((place.radius || MIN_RING) * ratio, view.size * RING_ROOM);
    const { x, y } = pixelOf(place, view);
    const width = RING_WIDTH * ratio;
    const outer = radius + (place.isOwn ? 2 : 1) * width;
    return [x, y, outer + width, outer, ...surface, 1, x, y, outer, radius, ...ink, 1];
  });
}

// Return the middle of the lens, moved from its butterfly at `spot` so that no edge cuts it off.
/**
 * @param {{ width: number, height: number }} size
 * @param {{ x: number, y: number }} spot
 * @param {number} room
 */
function keptInside({ width, height }, spot, room) {
  /**
   * @param {number} at
   * @param {number} size
   */
  const inside = (at, size) => clamp(at, Math.min(room, size / 2), Math.max(size - room, size / 2));
  return { x: inside(spot.x, width), y: inside(spot.y, height) };
}

/**
 * Return { discs, large } for the chosen butterfly, the one under the pointer, and the `highlighted` ones.
 *
 * `chosen` is { number, x, y, isHeld }. If `isHeld`, its lens stays inside the picture.
 *
 * @param {View} view
 * @param {number} ratio
 * @param {OverlayContent} content
 * @returns {{ discs: Float32Array<ArrayBuffer> | null, large: LargeButterflies | null }}
 */
export function buildOverlay(view, ratio, { chosen, hovered, highlighted, ink, surface }) {
  const discs = ringDiscs(highlighted, view, ratio, { ink, surface });
  if (hovered && (!chosen || hovered.number !== chosen.number)) {
    const { x, y } = pixelOf(hovered, view);
    const radius = Math.max(10 * ratio, view.size * RADIUS_FACTOR);
    discs.push(x, y, radius + 2 * ratio, radius, ...ink, 1);
  }
  if (!chosen) return { discs: discs.length ? new Float32Array(discs) : null, large: null };
  const radius = lensRadius(view, ratio);
  const spot = pixelOf(chosen, view);
  const { x, y } = chosen.isHeld ? keptInside(view, spot, radius + LENS_MARGIN * ratio) : spot;
  discs.push(x, y, radius + 2.5 * ratio, -1, ...ink, 1, x, y, radius, -1, ...surface, 1);
  const bytes = new ArrayBuffer(28);
  new Uint32Array(bytes, 0, 2).set([chosen.x, chosen.number]);
  const away = [(x - spot.x) / view.scale, (y - spot.y) / view.scale];
  new Float32Array(bytes, 8, 5).set([...away, 0, 1, 1]);
  const large = { size: Math.max(radius * 1.42, view.size), butterflies: { count: 1, bytes } };
  return { discs: new Float32Array(discs), large };
}
