// Whether this computer has a font for every character of a text. Without one a browser draws an
// empty box or nothing. Drawing the character and comparing detects both.

const SIDE = 32;
// A code point that is never assigned, so no font has it.
const MISSING = "\u{10FFFE}";
const COMMON = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u;
const PRIVATE = /[\p{Co}\p{Cn}]/u;

let context;
const known = new Map();

function drawn(letter) {
  context.clearRect(0, 0, SIDE, SIDE);
  context.fillText(letter, 4, 24);
  return context.getImageData(0, 0, SIDE, SIDE).data.join();
}

function hasFont(letter) {
  if (PRIVATE.test(letter)) return false;
  if (context === undefined) {
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    context = canvas.getContext("2d", { willReadFrequently: true });
    if (context) context.font = "20px sans-serif";
  }
  if (!context) return true;
  return ![drawn(" "), drawn(MISSING)].includes(drawn(letter));
}

/** Return whether every character of `text` can be displayed here. */
export function isLegible(text) {
  if (COMMON.test(text) && !PRIVATE.test(text)) return true;
  return [...text.replace(/[\p{Script=Latin}\p{P}\p{Z}\p{M}\p{Cf}]/gu, "")].every((letter) => {
    if (!known.has(letter)) known.set(letter, hasFont(letter));
    return known.get(letter);
  });
}
