// Marks new butterflies in the big screen's picture: each has a ring for four seconds, with its
// name beside it.

import { pixelOf } from "../montage/overlay.js";

/** @import { View } from "../../../types/montage" */
/** @import { Stage } from "../montage/stage.js" */

const SHOWN_MS = 4000;
// The radius of the ring, as a share of the picture.
const RADIUS = 0.018;
const GAP = 8;

/** @typedef {{ n: number, name: string, label: string }} ShownName */
/** @typedef {ShownName & { tag: HTMLElement }} NamedRing */
/** @typedef {{ left: number, top: number, wide: number, high: number }} LabelBox */

export class HighlightRings {
  /** @type {NamedRing[]} */
  #shown;

  /**
   * `element` contains the stage.
   *
   * @param {HTMLElement} element
   */
  constructor(element) {
    this.element = element;
    /** @type {Stage | null} */
    this.stage = null;
    this.#shown = [];
    this.place = Object.assign(document.createElement("div"), { className: "screen-rings" });
    this.place.setAttribute("aria-hidden", "true");
    element.addEventListener("volante:montage-started", ({ detail }) => this.follow(detail.stage));
  }

  /** @param {Stage} stage */
  follow(stage) {
    this.stage = stage;
    this.element.append(this.place);
    stage.scene.after = (view) => this.placeLabels(stage, view);
  }

  /**
   * Mark these butterflies, each { n, name, label }.
   *
   * @param {ShownName[]} names
   */
  show(names) {
    if (!this.stage) return;
    const added = names.map((named) => ({ ...named, tag: this.tag(named) }));
    this.draw([...this.#shown, ...added]);
    setTimeout(() => this.draw(this.#shown.filter((each) => !added.includes(each))), SHOWN_MS);
  }

  /**
   * Remove the rings of butterflies for which `isShown` is false.
   *
   * @param {(named: { n: number, name: string }) => boolean} isShown
   */
  keep(isShown) {
    if (!this.#shown.every(isShown)) this.draw(this.#shown.filter(isShown));
  }

  /** @param {ShownName} named */
  tag({ label }) {
    const tag = Object.assign(document.createElement("span"), { className: "screen-tag", textContent: label });
    tag.dir = "auto";
    return tag;
  }

  /** @param {NamedRing[]} shown */
  draw(shown) {
    this.#shown = shown;
    if (!this.stage) return;
    const { scene } = this.stage;
    this.place.replaceChildren(...shown.map(({ tag }) => tag));
    const radius = (RADIUS * scene.view(performance.now()).scale) / this.stage.frameBudget.ratio;
    scene.highlighted = shown.map(({ n }) => ({ ...scene.arrivals.flight(n, 0, 0), isOwn: true, radius }));
    scene.wake();
  }

  // Put each name beside its ring, towards the middle of the picture if there is room, and without
  // overlaps.
  /**
   * @param {Stage} stage
   * @param {View} view
   */
  placeLabels(stage, view) {
    const { ratio } = stage.frameBudget;
    /** @type {LabelBox[]} */
    const boxes = [];
    for (const [at, { tag }] of this.#shown.entries()) {
      const place = stage.scene.highlighted[at];
      const spot = pixelOf(place, view);
      const [x, y] = [spot.x / ratio, spot.y / ratio];
      const { offsetWidth: wide, offsetHeight: high } = tag;
      const aside = place.radius + GAP;
      const sides = [x + aside, x - aside - wide];
      if (x > view.width / ratio / 2) sides.reverse();
      /** @param {LabelBox} box */
      const met = (box) => boxes.find((other) => overlap(box, other));
      const [inner, outer] = sides.map((left) => ({ left, top: y - high / 2, wide, high }));
      const isInside = outer.left >= 0 && outer.left + wide <= view.width / ratio;
      const box = met(inner) && isInside && !met(outer) ? outer : inner;
      for (let other = met(box); other; other = met(box)) box.top = other.top + other.high;
      boxes.push(box);
      tag.style.transform = `translate(${box.left}px, ${box.top}px)`;
    }
  }
}

/**
 * @param {LabelBox} one
 * @param {LabelBox} other
 */
const overlap = (one, other) =>
  one.left < other.left + other.wide &&
  other.left < one.left + one.wide &&
  one.top < other.top + other.high &&
  other.top < one.top + one.high;
