// A shape as the server sends it. campaign/montage/browser_data.py defines the format.

/** @import { Shape, ShapeHeader, ShapeMask } from "../../../types/montage" */

const SIDE = 1024;

/**
 * Return the shape at `url`: { centre, ink, night_ink, near, colours, dots, pixels, mask, area }.
 *
 * `colours` is flat, three numbers for each. `dots` is a Uint16Array of pairs in sixteenths of a
 * pixel. `pixels` is a Uint8Array: 0, or 1 + the index of a colour. `mask` and `area` are in the
 * form that montage-layout.js expects.
 *
 * @param {string} url
 * @returns {Promise<Shape>}
 */
export async function fetchShape(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Shape ${response.status}`);
  return unpack(await response.arrayBuffer());
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Shape}
 */
function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  /** @type {ShapeHeader} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const dots = new Uint16Array(buffer, 4 + length, 2 * header.dots);
  const pixels = new Uint8Array(buffer, 4 + length + dots.byteLength, SIDE * SIDE);
  return { ...header, dots, pixels, ...packShape(pixels) };
}

/**
 * @param {Uint8Array} pixels
 * @returns {ShapeMask}
 */
function packShape(pixels) {
  const mask = new Uint8Array(pixels.length >> 3);
  let set = 0;
  for (let pixel = 0; pixel < pixels.length; pixel += 1) {
    if (pixels[pixel]) {
      mask[pixel >> 3] |= 1 << (pixel & 7);
      set += 1;
    }
  }
  return { mask, area: set / pixels.length };
}

/**
 * Return the palette of a shape in the form that montage-layout.js reads: RGBA bytes, 1024×1024.
 *
 * @param {Pick<Shape, "pixels" | "colours">} shape
 * @returns {Uint8Array}
 */
export function paletteOf({ pixels, colours }) {
  const palette = new Uint8Array(pixels.length * 4);
  for (let pixel = 0; pixel < pixels.length; pixel += 1) {
    const from = (pixels[pixel] - 1) * 3;
    if (from < 0) continue;
    palette[pixel * 4] = colours[from];
    palette[pixel * 4 + 1] = colours[from + 1];
    palette[pixel * 4 + 2] = colours[from + 2];
  }
  return palette;
}
