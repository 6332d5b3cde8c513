// The heavy computing: which butterflies, in which order, and the shade beneath them. It runs in a
// worker, or on the page if the browser cannot start a module worker.

import { Places, size } from "../lib/montage-layout.js";
import { gatherButterflies } from "./butterflies.js";
import { renderShade } from "./ground.js";

/** @import { Layout, LayoutQuestion, LayoutShape } from "../../../types/montage" */

export class LayoutBuilder {
  /** @param {LayoutShape} shape */
  constructor(shape) {
    this.shape = shape;
    this.places = new Places(shape.mask);
  }

  /**
   * Return { butterflies, ground } of 1 … `last`, except `without`, for a picture `width` pixels wide.
   *
   * @param {LayoutQuestion} question
   * @returns {Layout}
   */
  build({ last, without, width, night }) {
    const butterflies = gatherButterflies(this.places, last, without);
    const pixels = size(this.shape.area, last) * width;
    return { butterflies, ground: renderShade(this.shape, butterflies, last, width, pixels, night) };
  }
}
