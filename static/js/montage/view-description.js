// Describes in text what is in view. The visible line
// follows soon, and screen readers hear it rarely.

import { throttle } from "../lib/throttle.js";
import { pluralize, interpolate, formatNumber } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";
import { lang } from "../parts/page.js";
import { countInView } from "./hit-test.js";

/** @import { Stage } from "./stage.js" */

const ANNOUNCE_MS = 10000;
const WRITE_MS = 400;

export class ViewDescription {
  /** @type {HTMLElement} */
  #status;

  /**
   * `page` holds the visible line and the live region. `stage` is a started Stage.
   *
   * @param {HTMLElement} page
   * @param {Stage} stage
   */
  constructor(page, stage) {
    /** @type {WithData} */
    this.line = getElement(page, "[data-seen]");
    this.#status = getElement(page, "[data-said]");
    this.stage = stage;
    const announce = throttle(ANNOUNCE_MS, () => this.announce());
    const write = throttle(WRITE_MS, () => {
      this.write();
      announce();
    });
    this.say = () => setTimeout(write, WRITE_MS);
  }

  // The count is already shown above the line, so here it is only for screen readers.
  write() {
    const { one, many } = this.line.dataset;
    const [total, part] = this.line.children;
    total.textContent = pluralize(this.stage.numbers.count, one, many, lang());
    part.textContent = this.part();
  }

  part() {
    const { numbers, camera, scene } = this.stage;
    const { all, view: sentence } = this.line.dataset;
    if (camera.isWhole) return numbers.count > 1 ? all : "";
    const view = scene.view(performance.now());
    const seen = scene.butterflies ? countInView(scene.butterflies, view) : 0;
    return interpolate(sentence, { n: formatNumber(seen, lang()) });
  }

  announce() {
    const text = this.line.textContent.trim();
    if (this.#status.textContent === text) return false;
    this.#status.textContent = text;
    return true;
  }
}
