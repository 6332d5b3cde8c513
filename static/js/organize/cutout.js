// Cuts a shape out of a picture, exactly as the server will: see campaign/montage/cutting.py.

const OPAQUE = 128;

/** @typedef {{ by: string, threshold: number, inverted: boolean, ground: string }} CutoutSettings */

/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/**
 * Make `pixels` outside the shape transparent. Return the share inside the shape, 0 to 1.
 *
 * `pixels` are RGBA and changed in place.
 *
 * @param {Uint8ClampedArray} pixels
 * @param {CutoutSettings} settings
 * @returns {number}
 */
export function cutOut(pixels, { by: method, threshold, inverted, ground: background }) {
  const [red, green, blue] = rgb(background);
  let kept = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [r, g, b, alpha] = [pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]];
    const distance = Math.max(Math.abs(r - red), Math.abs(g - green), Math.abs(b - blue));
    const isInside = (method === "alpha" ? alpha >= OPAQUE : distance > threshold) !== inverted;
    kept += Number(isInside);
    pixels[at + 3] = isInside ? 255 : 0;
  }
  return (4 * kept) / pixels.length;
}
