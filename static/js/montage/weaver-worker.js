// Runs a Weaver in a web worker. The first message
// is the shape, and each later one gets one answer.

import { Weaver } from "./weaver.js";

let weaver = null;

self.onmessage = ({ data }) => {
  if (data.shape) {
    weaver = new Weaver(data.shape);
    return;
  }
  const { flock, ground } = weaver.weave(data);
  const moved = ground ? [flock.buffer, ground.pixels.buffer] : [flock.buffer];
  self.postMessage({ flock, ground }, moved);
};
