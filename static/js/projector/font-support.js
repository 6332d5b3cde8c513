// Whether this computer has a font for every character of a text. Without one a browser draws an
// empty box or nothing. Drawing the character and comparing detects both.

const SIDE = 32;
// A code point that is never assigned, so no font has it.
const MISSING = "\u{10FFFE}";
const ALWAYS_AVAILABLE = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u;
const UNASSIGNED = /[\p{Co}\p{Cn}]/u;

/** @type {CanvasRenderingContext2D | null | undefined} */
let sharedContext;
/** @type {Map<string, boolean>} */
const cache = new Map();

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} character
 */
function pixelsOf(context, character) {
  context.clearRect(0, 0, SIDE, SIDE);
  context.fillText(character, 4, 24);
  return context.getImageData(0, 0, SIDE, SIDE).data.join();
}

/**
 * @param {string} character
 * @returns {boolean}
 */
function hasFont(character) {
  if (UNASSIGNED.test(character)) return false;
  if (sharedContext === undefined) {
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    sharedContext = canvas.getContext("2d", { willReadFrequently: true });
    if (sharedContext) sharedContext.font = "20px sans-serif";
  }
  const context = sharedContext;
  if (!context) return true;
  const absent = [" ", MISSING].map((each) => pixelsOf(context, each));
  return !absent.includes(pixelsOf(context, character));
}

/**
 * Return whether every character of `text` can be displayed here.
 *
 * @param {string} text
 * @returns {boolean}
 */
export function canDisplay(text) {
  if (ALWAYS_AVAILABLE.test(text) && !UNASSIGNED.test(text)) return true;
  return [...text.replace(/[\p{Script=Latin}\p{P}\p{Z}\p{M}\p{Cf}]/gu, "")].every((character) => {
    const isKnown = cache.get(character) ?? hasFont(character);
    cache.set(character, isKnown);
    return isKnown;
  });
}
