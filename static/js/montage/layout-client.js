// Asks the web worker for one layout after another. Without a worker, computes them on the page.

import { LayoutBuilder } from "./layout-builder.js";

/** @import { Layout, LayoutQuestion, LayoutShape } from "../../../types/montage" */

export class LayoutClient {
  /** @type {LayoutBuilder | null} */
  #fallback;

  /** @param {LayoutShape} shape */
  constructor(shape) {
    this.shape = shape;
    this.#fallback = null;
    /** @type {{ question: LayoutQuestion, resolve: (layout: Layout) => void } | null} */
    this.pending = null;
    try {
      this.worker = new Worker(new URL("layout-worker.js", import.meta.url), { type: "module" });
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

  /**
   * Return a promise of { butterflies, ground }. Ask only one question at a time.
   *
   * @param {LayoutQuestion} question
   * @returns {Promise<Layout>}
   */
  compute(question) {
    if (this.#fallback) return Promise.resolve(this.#fallback.build(question));
    return new Promise((resolve) => {
      this.pending = { question, resolve };
      this.worker?.postMessage(question);
    });
  }

  /** @param {Layout} answer */
  settle(answer) {
    const { pending } = this;
    this.pending = null;
    pending?.resolve(answer);
  }

  fallBack() {
    if (this.worker) this.worker.terminate();
    this.#fallback = new LayoutBuilder(this.shape);
    if (this.pending) this.settle(this.#fallback.build(this.pending.question));
  }

  stop() {
    if (this.worker) this.worker.terminate();
  }
}
