// A signature drawn with a finger, as the path of an SVG in a box of 600 by 200.

const [WIDTH, HEIGHT] = [600, 200];
const MOST = 20000;

/** Make `canvas` take a signature; return { path(), clear() }. */
export async function drawPad(canvas) {
  const { default: SignaturePad } = await import("../../../vendor/signature_pad-5.1.4.js");
  const { clientWidth, clientHeight } = canvas;
  const ratio = Math.max(1, window.devicePixelRatio || 1);
  Object.assign(canvas, { width: clientWidth * ratio, height: clientHeight * ratio });
  canvas.getContext("2d").scale(ratio, ratio);
  const penColor = getComputedStyle(canvas).color;
  const pad = new SignaturePad(canvas, { penColor, minWidth: 1, maxWidth: 3 });
  return {
    clear: () => pad.clear(),
    path: () => pathOf(pad.toData(), WIDTH / clientWidth, HEIGHT / clientHeight),
  };
}

/** Return the strokes as one path, with as many points as fit. */
export function pathOf(strokes, across, down) {
  for (let step = 1; step <= 64; step *= 2) {
    const path = strokes.map(({ points }) => stroke(points, step, across, down)).join("");
    if (path.length <= MOST) return path;
  }
  return "";
}

function stroke(points, step, across, down) {
  const kept = points.filter((_, at) => at % step === 0 || at === points.length - 1);
  const spots = kept.map(({ x, y }) => `${Math.round(x * across)} ${Math.round(y * down)}`);
  // A dot is a line to itself.
  if (spots.length === 1) spots.push(spots[0]);
  return spots.length ? `M${spots.join("L")}` : "";
}
