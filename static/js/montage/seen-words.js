// What is seen, in words: for the eye soon, for a screen reader seldom.

import { seldom } from "../lib/seldom.js";
import { counted, fill, number } from "../lib/sentences.js";
import { lang } from "../parts/page.js";
import { inView } from "./picking.js";

const ANNOUNCE_MS = 10000;
const WRITE_MS = 400;

export class SeenWords {
  /** `page` has the line and what is announced of it; `stage` is a started Stage. */
  constructor(page, stage) {
    this.line = page.querySelector("[data-seen]");
    this.said = page.querySelector("[data-said]");
    this.stage = stage;
    const announce = seldom(ANNOUNCE_MS, () => this.announce());
    const write = seldom(WRITE_MS, () => {
      this.line.textContent = this.sentence();
      announce();
    });
    this.say = () => setTimeout(write, WRITE_MS);
  }

  sentence() {
    const { numbers, camera, scene } = this.stage;
    const { count } = numbers;
    const { one, many, all, view } = this.line.dataset;
    const whole = counted(count, one, many, lang());
    if (camera.isWhole) return count > 1 ? `${whole} ${all}` : whole;
    const seen = inView(scene.flock, scene.view(performance.now()));
    return `${whole} ${fill(view, { n: number(seen, lang()) })}`;
  }

  announce() {
    const { textContent } = this.line;
    if (this.said.textContent === textContent) return false;
    this.said.textContent = textContent;
    return true;
  }
}
