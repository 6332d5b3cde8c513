// A signature drawn with a finger, as an SVG path in a box of 600 by 200.

import { clamp } from "../../lib/clamp.js";

/** @import { Point, PointGroup } from "../../../vendor/signature_pad-5.1.4.js" */

const [WIDTH, HEIGHT] = [600, 200];
const MAX_POINTS = 20000;

/**
 * Turn `canvas` into a signature pad. Return { path(), clear(), leave() }.
 *
 * @param {HTMLCanvasElement} canvas
 */
export async function createSignaturePad(canvas) {
  const { default: SignaturePad } = await import("../../../vendor/signature_pad-5.1.4.js");
  const penColor = getComputedStyle(canvas).color;
  const pad = new SignaturePad(canvas, { penColor, minWidth: 1, maxWidth: 3 });
  let width = 0;
  // When the tablet is rotated, the drawing is kept and scaled with its box.
  const fit = () => {
    const { clientWidth, clientHeight } = canvas;
    if (!clientWidth || clientWidth === width) return;
    const strokes = width ? scaled(pad.toData(), clientWidth / width) : [];
    const ratio = Math.max(1, window.devicePixelRatio || 1);
    Object.assign(canvas, { width: clientWidth * ratio, height: clientHeight * ratio });
    canvas.getContext("2d")?.scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
    width = clientWidth;
  };
  fit();
  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  return {
    clear: () => pad.clear(),
    path: () => pathOf(pad.toData(), WIDTH / width),
    leave: () => [observer.disconnect(), pad.off(), pad.clear()],
  };
}

/**
 * @param {PointGroup[]} strokes
 * @param {number} scale
 * @returns {PointGroup[]}
 */
const scaled = (strokes, scale) =>
  strokes.map(({ points, ...pen }) => ({
    ...pen,
    points: points.map(({ x, y, ...extra }) => ({ ...extra, x: x * scale, y: y * scale })),
  }));

/**
 * Return the strokes as one path, scaled by `scale`, with as many points as fit.
 *
 * @param {PointGroup[]} strokes
 * @param {number} scale
 * @returns {string}
 */
function pathOf(strokes, scale) {
  for (let step = 1; step <= 64; step *= 2) {
    const path = strokes.map(({ points }) => stroke(points, step, scale)).join("");
    if (path.length <= MAX_POINTS) return path;
  }
  return "";
}

/**
 * @param {Point[]} points
 * @param {number} step
 * @param {number} scale
 * @returns {string}
 */
function stroke(points, step, scale) {
  const thinned = points.filter((_, at) => at % step === 0 || at === points.length - 1);
  const coordinates = thinned.map(({ x, y }) => `${inside(x * scale, WIDTH)} ${inside(y * scale, HEIGHT)}`);
  // A dot becomes a line to itself.
  if (coordinates.length === 1) coordinates.push(coordinates[0]);
  return coordinates.length ? `M${coordinates.join("L")}` : "";
}

// A finger may slip out of the box.
/**
 * @param {number} at
 * @param {number} size
 */
const inside = (at, size) => clamp(Math.round(at), 0, size);
