// The colours of a butterfly's parts, computed from the colour of its place. Keep this the same as
// campaign/montage/rendering/flock.py, and as shaders.js for the graphics card.

import { clamp } from "../lib/clamp.js";

/** @import { LayoutShape, NearTints, Rgb } from "../../../types/montage" */

/** @type {Rgb[]} */
const CONTRAST = [
  [-0.3, -0.36, -0.44],
  [-0.06, -0.09, -0.1],
  [0.13, 0.12, 0.1],
  [0.2, 0.2, 0.2],
];
/** @type {("ink" | "dark" | "light" | "spot")[]} */
const PARTS = ["ink", "dark", "light", "spot"];

/**
 * Return 0 if butterflies of `size` pixels are specks of colour, up to 1 if their wings can be seen.
 *
 * @param {number} size
 * @returns {number}
 */
export const nearness = (size) => clamp((size - 9) / 70, 0, 1);

/**
 * Return how far, 0 to 1, the parts of a butterfly of `size` pixels differ from its place's colour.
 *
 * @param {number} size
 * @returns {number}
 */
export const contrastAt = (size) => clamp((size - 1) / 9, 0, 1);

/**
 * Return what night adds to the darkest colours of a shape.
 *
 * @param {LayoutShape} shape
 * @param {boolean} night
 * @returns {Rgb}
 */
export const liftOf = (shape, night) =>
  shape.ink.map((value, channel) => (night ? shape.night_ink[channel] - value : 0));

/**
 * Return the four tints, each [r, g, b] in 0–255, of a butterfly of this colour and size in pixels.
 *
 * @param {LayoutShape} shape
 * @param {Rgb} colour
 * @param {number} size
 * @param {boolean} night
 * @returns {Rgb[]}
 */
export function tintsOf(shape, colour, size, night) {
  const luminance = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
  const lift = liftOf(shape, night);
  const darkness = clamp((90 - luminance) / 50, 0, 1);
  const softness = 1 - 0.5 * clamp((luminance - 180) / 50, 0, 1);
  const near = shape.near.length ? nearness(size) : 0;
  return PARTS.map((part, row) =>
    colour.map((value, channel) => {
      const flat = value + darkness * lift[channel];
      const far = flat * (1 + softness * contrastAt(size) * CONTRAST[row][channel]);
      if (!near) return clamp(far, 0, 255);
      const target = interpolateAnchor(shape.near, part, channel, luminance) + (row ? 0 : lift[channel]);
      return clamp(far + near * (target - far), 0, 255);
    }),
  );
}

/**
 * @param {NearTints[]} anchors
 * @param {"ink" | "dark" | "light" | "spot"} part
 * @param {number} channel
 * @param {number} luminance
 */
function interpolateAnchor(anchors, part, channel, luminance) {
  const after = anchors.findIndex((anchor) => anchor.luminance > luminance);
  if (after === 0) return anchors[0][part][channel];
  if (after < 0) return anchors[anchors.length - 1][part][channel];
  const [low, high] = [anchors[after - 1], anchors[after]];
  const progress = (luminance - low.luminance) / (high.luminance - low.luminance);
  return low[part][channel] + progress * (high[part][channel] - low[part][channel]);
}
