// Asks the web worker for one flock after another. Without a worker, computes them on the page.

import { Weaver } from "./weaver.js";

export class Loom {
  constructor(shape) {
    this.shape = shape;
    this.here = null;
    this.wait = null;
    try {
      this.worker = new Worker(new URL("weaver-worker.js", import.meta.url), { type: "module" });
      this.worker.onmessage = ({ data }) => this.settle(data);
      this.worker.onerror = (event) => {
        event.preventDefault();
        this.fallBack();
      };
      const { mask, area, pixels, colours, ink, night_ink, near } = shape;
      this.worker.postMessage({ shape: { mask, area, pixels, colours, ink, night_ink, near } });
    } catch (error) {
      this.fallBack();
    }
  }

  /** Return a promise of { flock, ground }. Ask only one question at a time. */
  weave(question) {
    if (this.here) return Promise.resolve(this.here.weave(question));
    return new Promise((resolve) => {
      this.wait = { question, resolve };
      this.worker.postMessage(question);
    });
  }

  settle(answer) {
    const { resolve } = this.wait;
    this.wait = null;
    resolve(answer);
  }

  fallBack() {
    if (this.worker) this.worker.terminate();
    this.here = new Weaver(this.shape);
    if (this.wait) this.settle(this.here.weave(this.wait.question));
  }

  stop() {
    if (this.worker) this.worker.terminate();
  }
}
