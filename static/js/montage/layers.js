// Shows a painted layer from another view, moved and scaled, until the next one is painted. The
// last layer of the whole square fills what it does not cover.

/** @import { Box, Layer, Layers, View } from "../../../types/montage" */

/** @param {View} view */
const isWhole = ({ scale, width, height }) => scale < 1.001 * Math.min(width, height);

/**
 * Return where a layer painted for view `old` is in `view`: [left, top, width, height].
 *
 * All four are shares of the canvas.
 *
 * @param {View} old
 * @param {View} view
 * @returns {Box}
 */
function layerBox(old, view) {
  const grown = view.scale / old.scale;
  const wide = (grown * old.width) / view.width;
  const high = (grown * old.height) / view.height;
  const left = 0.5 + ((old.x - view.x) * view.scale) / view.width - wide / 2;
  const top = 0.5 + ((old.y - view.y) * view.scale) / view.height - high / 2;
  return [left, top, wide, high];
}

/** @param {Box} box */
const covers = ([left, top, wide, high]) =>
  Math.max(left, top) < 1e-4 && Math.min(left + wide, top + high) > 0.9999;

/**
 * Bring the back layer to the front. Keep the old one if it is the last of the whole square.
 *
 * @template {Layer} L
 * @param {Layers<L>} renderer
 * @param {() => L} spare
 */
export function bringForward(renderer, spare) {
  // Both exist since the first resize, and the back layer was painted for a view.
  const { front: old, back: painted } = /** @type {{ front: L, back: L & { view: View } }} */ (renderer);
  renderer.front = painted;
  const isLast = old.view && isWhole(old.view) && !isWhole(painted.view);
  renderer.back = isLast ? renderer.complete || spare() : old;
  if (isLast) renderer.complete = old;
}

/**
 * Return the layers to show in `view` as [layer, box], lowest first.
 *
 * @template {Layer} L
 * @param {Layers<L>} renderer
 * @param {View} view
 * @returns {[layer: L, box: Box][]}
 */
export function layersFor({ front, complete }, view) {
  if (!front || !front.view) return [];
  const box = layerBox(front.view, view);
  /** @type {[layer: L, box: Box][]} */
  const layers = [[front, box]];
  if (complete && complete.view && complete.view.night === view.night && !covers(box)) {
    layers.unshift([complete, layerBox(complete.view, view)]);
  }
  return layers;
}
