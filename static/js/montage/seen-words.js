// Describes in text what is in view. The visible line
// follows soon, and screen readers hear it rarely.

import { seldom } from "../lib/seldom.js";
import { counted, fill, number } from "../lib/sentences.js";
import { lang } from "../parts/page.js";
import { inView } from "./picking.js";

const ANNOUNCE_MS = 10000;
const WRITE_MS = 400;

export class SeenWords {
  /** `page` holds the visible line and the live region. `stage` is a started Stage. */
  constructor(page, stage) {
    this.line = page.querySelector("[data-seen]");
    this.said = page.querySelector("[data-said]");
    this.stage = stage;
    const announce = seldom(ANNOUNCE_MS, () => this.announce());
    const write = seldom(WRITE_MS, () => {
      this.write();
      announce();
    });
    this.say = () => setTimeout(write, WRITE_MS);
  }

  // The count is already shown above the line, so here it is only for screen readers.
  write() {
    const { one, many } = this.line.dataset;
    const [whole, part] = this.line.children;
    whole.textContent = counted(this.stage.numbers.count, one, many, lang());
    part.textContent = this.part();
  }

  part() {
    const { numbers, camera, scene } = this.stage;
    const { all, view } = this.line.dataset;
    if (camera.isWhole) return numbers.count > 1 ? all : "";
    const seen = inView(scene.flock, scene.view(performance.now()));
    return fill(view, { n: number(seen, lang()) });
  }

  announce() {
    const words = this.line.textContent.trim();
    if (this.said.textContent === words) return false;
    this.said.textContent = words;
    return true;
  }
}
