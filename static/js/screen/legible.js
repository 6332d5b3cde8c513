// Whether this machine has a font for every letter of a text. Without one a browser draws an empty
// box or nothing; both can be told by drawing the letter and looking.

const SIDE = 32;
// Never assigned, so no font has it.
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

/** Whether every letter of `text` can be seen here. */
export function isLegible(text) {
  if (COMMON.test(text) && !PRIVATE.test(text)) return true;
  return [...text.replace(/[\p{Script=Latin}\p{P}\p{Z}\p{M}\p{Cf}]/gu, "")].every((letter) => {
    if (!known.has(letter)) known.set(letter, hasFont(letter));
    return known.get(letter);
  });
}
