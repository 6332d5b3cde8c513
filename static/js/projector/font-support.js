// Whether this computer has a font for every character of a text. Without one a browser draws an
// empty box or nothing. Drawing the character and comparing detects both.

const SIDE = 32;
// A code point that is never assigned, so no font has it.
const MISSING = "\u{10FFFE}";
const ALWAYS_AVAILABLE = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u;
const UNASSIGNED = /[\p{Co}\p{Cn}]/u;

let context;
const cache = new Map();

function pixelsOf(character) {
  context.clearRect(0, 0, SIDE, SIDE);
  context.fillText(character, 4, 24);
  return context.getImageData(0, 0, SIDE, SIDE).data.join();
}

function hasFont(character) {
  if (UNASSIGNED.test(character)) return false;
  if (context === undefined) {
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    context = canvas.getContext("2d", { willReadFrequently: true });
    if (context) context.font = "20px sans-serif";
  }
  if (!context) return true;
  return ![pixelsOf(" "), pixelsOf(MISSING)].includes(pixelsOf(character));
}

/** Return whether every character of `text` can be displayed here. */
export function canDisplay(text) {
  if (ALWAYS_AVAILABLE.test(text) && !UNASSIGNED.test(text)) return true;
  return [...text.replace(/[\p{Script=Latin}\p{P}\p{Z}\p{M}\p{Cf}]/gu, "")].every((character) => {
    if (!cache.has(character)) cache.set(character, hasFont(character));
    return cache.get(character);
  });
}
