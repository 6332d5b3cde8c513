// The heavy computing: which butterflies, in which order, and the shade beneath them. It runs in a
// worker, or on the page if the browser cannot start a module worker.

import { Places, size } from "../lib/montage-layout.js";
import { gather } from "./flock.js";
import { layGround } from "./ground.js";

export class Weaver {
  constructor(shape) {
    this.shape = shape;
    this.places = new Places(shape.mask);
  }

  /**
   * Return { flock, ground } of 1 … `last`, except `without`, for a picture `width` pixels wide.
   */
  weave({ last, without, width, night }) {
    const flock = gather(this.places, last, without);
    const pixels = size(this.shape.area, last) * width;
    return { flock, ground: layGround(this.shape, flock, last, width, pixels, night) };
  }
}
