// Keyboard control of the stage. Arrows pan, + and − zoom, 0 shows all, and Enter chooses the
// butterfly in the middle.

const STEP = 0.16;
const FACTOR = 1.5;
/** @type {Record<string, [x: number, y: number]>} */
const PANS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @typedef {object} KeyListeners
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number) => void} zoom
 * @property {() => void} showAll
 * @property {() => void} choose
 * @property {() => void} close
 */

/**
 * `on` has pan(dx, dy), zoom(factor), showAll(), choose() and close().
 *
 * @param {HTMLElement} canvas
 * @param {KeyListeners} on
 */
export function listenToKeys(canvas, on) {
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!handleKey(event.key, canvas, on)) return;
    event.preventDefault();
  });
}

/**
 * @param {string} key
 * @param {HTMLElement} canvas
 * @param {KeyListeners} on
 * @returns {boolean}
 */
function handleKey(key, canvas, on) {
  if (PANS[key]) {
    const [x, y] = PANS[key];
    on.pan(x * STEP * canvas.clientWidth, y * STEP * canvas.clientHeight);
    return true;
  }
  if (key === "+" || key === "=") on.zoom(FACTOR);
  else if (key === "-" || key === "_") on.zoom(1 / FACTOR);
  else if (key === "0") on.showAll();
  else if (key === "Enter" || key === " ") on.choose();
  else if (key === "Escape") on.close();
  else return false;
  return true;
}
