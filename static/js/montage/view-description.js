// Describes in text what is in view. The visible line
// follows soon, and screen readers hear it rarely.

import { throttle } from "../lib/throttle.js";
import { pluralize, interpolate, formatNumber } from "../lib/format.js";
import { lang } from "../parts/page.js";
import { countInView } from "./hit-test.js";

const ANNOUNCE_MS = 10000;
const WRITE_MS = 400;

export class ViewDescription {
  #status;

  /** `page` holds the visible line and the live region. `stage` is a started Stage. */
  constructor(page, stage) {
    this.line = page.querySelector("[data-seen]");
    this.#status = page.querySelector("[data-said]");
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
    const [whole, part] = this.line.children;
    whole.textContent = pluralize(this.stage.numbers.count, one, many, lang());
    part.textContent = this.part();
  }

  part() {
    const { numbers, camera, scene } = this.stage;
    const { all, view } = this.line.dataset;
    if (camera.isWhole) return numbers.count > 1 ? all : "";
    const seen = countInView(scene.butterflies, scene.view(performance.now()));
    return interpolate(view, { n: formatNumber(seen, lang()) });
  }

  announce() {
    const text = this.line.textContent.trim();
    if (this.#status.textContent === text) return false;
    this.#status.textContent = text;
    return true;
  }
}
