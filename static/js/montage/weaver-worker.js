// A Weaver in a thread of its own: first message the shape, then one answer for each question.

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
