// Runs a LayoutBuilder in a web worker. The first message
// is the shape, and each later one gets one answer.

import { LayoutBuilder } from "./layout-builder.js";

/** @type {LayoutBuilder | null} */
let builder = null;

const worker = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.onmessage = ({ data }) => {
  if (data.shape) {
    builder = new LayoutBuilder(data.shape);
    return;
  }
  if (!builder) return;
  const { butterflies, ground } = builder.build(data);
  const transfer = ground ? [butterflies.buffer, ground.pixels.buffer] : [butterflies.buffer];
  worker.postMessage({ butterflies, ground }, transfer);
};
