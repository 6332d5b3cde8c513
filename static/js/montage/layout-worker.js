// Runs a Weaver in a web worker. The first message
// is the shape, and each later one gets one answer.

import { LayoutBuilder } from "./layout-builder.js";

let builder = null;

self.onmessage = ({ data }) => {
  if (data.shape) {
    builder = new LayoutBuilder(data.shape);
    return;
  }
  const { butterflies, ground } = builder.build(data);
  const transfer = ground ? [butterflies.buffer, ground.pixels.buffer] : [butterflies.buffer];
  self.postMessage({ butterflies, ground }, transfer);
};
