// Details of single butterflies: the card of the chosen one, and the name of the one under the
// pointer. This module is loaded when a visitor first asks for one.

import { formatNumber } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";
import { lang } from "../parts/page.js";
import { Card } from "./card.js";
import { lensRadius, pixelOf } from "./overlay.js";
import { NameLoader } from "./name-loader.js";
import { Connector } from "./connector.js";

/** @import { MontageChange, View } from "../../../types/montage" */
/** @import { Stage } from "./stage.js" */

const REFRESH_MS = 10000;

export class ButterflyDetails {
  /** @type {Card} */
  #card;
  /** @type {Connector} */
  #connector;

  /**
   * `page` is the element around stage and card. `stage` is a started Stage.
   *
   * @param {WithData} page
   * @param {Stage} stage
   */
  constructor(page, stage) {
    this.page = page;
    this.stage = stage;
    this.scene = stage.scene;
    this.names = new NameLoader(stage.element.dataset.names);
    this.#card = new Card(getElement(page, "[data-butterfly]"));
    this.tip = getElement(page, "[data-tip]");
    this.tip.setAttribute("aria-hidden", "true");
    /** @type {SVGSVGElement} */
    const line = getElement(page, "[data-line]");
    this.#connector = new Connector(line, stage.element, this.#card.element);
    this.#card.onClose = () => this.close(true);
    this.#card.onStep = (step) => this.choose((this.#card.number ?? 0) + step, { fly: true });
    stage.element.addEventListener("volante:montage-changed", ({ detail }) => this.onChange(detail));
    // A name may be withdrawn while its card is open.
    setInterval(() => document.hidden || this.refresh(), REFRESH_MS);
  }

  /**
   * Choose butterfly `number`: highlight it and open its card.
   *
   * Fly there or move the focus if asked.
   *
   * @param {number} number
   * @param {{ fly?: boolean, focus?: boolean }} [options]
   */
  async choose(number, { fly = false, focus = false } = {}) {
    const { scene, stage } = this;
    const card = this.#card;
    const { last } = stage.numbers;
    card.open(number, last);
    scene.chosen = stage.numbers.has(number) ? scene.arrivals.flight(number, 0, 0) : null;
    if (scene.chosen && fly) stage.flyTo(number);
    scene.wake();
    this.page.classList.add("has-chosen");
    window.history.replaceState(null, "", card.addressOf(number, false));
    if (focus) card.element.focus();
    if (!scene.chosen) {
      card.showMessage(number, number > last ? "beyond" : "free");
      return;
    }
    try {
      card.fillIn(number, await this.names.of(number));
    } catch (error) {
      card.showMessage(number, "unknown");
    }
  }

  /** @param {boolean} [focus] */
  close(focus = false) {
    if (this.#card.number === null) return;
    this.#card.close();
    this.scene.chosen = null;
    this.scene.wake();
    this.page.classList.remove("has-chosen");
    window.history.replaceState(null, "", window.location.pathname);
    if (focus) this.stage.surface.focus();
  }

  // Update the card, as the name may have changed. If the request fails, keep what it says.
  async refresh() {
    const { number } = this.#card;
    if (!this.scene.chosen || number === null) return;
    const named = await this.names.of(number).catch(() => undefined);
    if (named !== undefined) this.#card.fillIn(number, named);
  }

  // Stop naming a supporter whose number is now free or belongs to someone else.
  /** @param {MontageChange} change */
  onChange({ born, gone }) {
    const { number } = this.#card;
    this.names.forget();
    if (number !== null && [...gone, ...born].includes(number)) this.choose(number);
    else this.refresh();
  }

  /**
   * The butterfly that the tip names: the one under the pointer, unless the card already names it.
   */
  get tooltipTarget() {
    const { chosen, hovered } = this.scene;
    return hovered && chosen && hovered.number === chosen.number ? null : hovered;
  }

  /**
   * Show the name of the butterfly under the pointer.
   *
   * @param {number} number
   */
  async showTooltip(number) {
    const named = await this.names.of(number).catch(() => null);
    if (!this.tooltipTarget || this.tooltipTarget.number !== number) return;
    const name = named ? named.name : this.page.dataset.countedOnly;
    this.tip.textContent = `${formatNumber(number, lang())} · ${name}`;
    this.tip.hidden = false;
  }

  /**
   * @param {View} view
   * @param {number} size
   */
  onFrame(view, size) {
    const { ratio } = this.stage.frameBudget;
    const { chosen } = this.scene;
    if (this.tooltipTarget) {
      const { x, y } = pixelOf(this.tooltipTarget, view);
      this.tip.style.transform = `translate(${x / ratio}px, ${y / ratio - size * 0.7 - 12}px) translate(-50%, -100%)`;
    } else this.tip.hidden = true;
    const lens = chosen && pixelOf(chosen, view);
    this.#connector.draw(lens && [lens.x / ratio, lens.y / ratio], lensRadius(view, ratio) / ratio);
  }
}
