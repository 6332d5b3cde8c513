// Shows a painted layer from another view, moved and scaled, until the next one is painted. The
// last layer of the whole square fills what it does not cover.

const isWhole = ({ scale, width, height }) => scale < 1.001 * Math.min(width, height);

/**
 * Return where a layer painted for view `old` is in `view`: [left, top, width, height].
 *
 * All four are shares of the canvas.
 */
function layerBox(old, view) {
  const grown = view.scale / old.scale;
  const wide = (grown * old.width) / view.width;
  const high = (grown * old.height) / view.height;
  const left = 0.5 + ((old.x - view.x) * view.scale) / view.width - wide / 2;
  const top = 0.5 + ((old.y - view.y) * view.scale) / view.height - high / 2;
  return [left, top, wide, high];
}

const covers = ([left, top, wide, high]) =>
  Math.max(left, top) < 1e-4 && Math.min(left + wide, top + high) > 0.9999;

/** Bring the back layer to the front. Keep the old one if it is the last of the whole square. */
export function bringForward(renderer, spare) {
  const old = renderer.front;
  renderer.front = renderer.back;
  const isLast = old.view && isWhole(old.view) && !isWhole(renderer.front.view);
  renderer.back = isLast ? renderer.whole || spare() : old;
  if (isLast) renderer.whole = old;
}

/** Return the layers to show in `view` as [layer, box], lowest first. */
export function layersFor({ front, whole }, view) {
  if (!front.view) return [];
  const box = layerBox(front.view, view);
  const isNeeded = whole && whole.view && whole.view.night === view.night && !covers(box);
  return [...(isNeeded ? [[whole, layerBox(whole.view, view)]] : []), [front, box]];
}
