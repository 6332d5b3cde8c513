// The card of one butterfly. The page holds its
// sentences, and this script adds name, country and day.

import { countryName, formatDay, formatNumber, interpolate } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";
import { lang } from "../parts/page.js";

/** @import { NamedButterfly } from "../../../types/montage" */

export class Card {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    /** @type {number | null} */
    this.number = null;
    this.onClose = () => {};
    /** @type {(step: number) => void} */
    this.onStep = () => {};
    this.part("close").addEventListener("click", (event) => {
      event.preventDefault();
      this.onClose();
    });
    for (const name of ["before", "after"]) {
      this.part(name).addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.onStep(name === "before" ? -1 : 1);
      });
    }
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.onClose();
    });
  }

  /**
   * @param {string} name
   * @returns {HTMLElement}
   */
  part(name) {
    return getElement(this.element, `[data-card="${name}"]`);
  }

  /**
   * Show butterfly `number` of `last`, without its name and comment for now.
   *
   * @param {number} number
   * @param {number} last
   */
  open(number, last) {
    this.number = number;
    this.element.hidden = false;
    this.write("number", formatNumber(number, lang()));
    for (const name of ["name", "details", "comment", "say"]) this.write(name, "");
    this.setLink("before", number - 1, number > 1);
    this.setLink("after", number + 1, number < last);
    this.part("copy").dataset.url = this.addressOf(number, true);
  }

  close() {
    this.number = null;
    this.element.hidden = true;
  }

  /**
   * Fill in what its supporter made public, if the card still shows `number`.
   *
   * @param {number} number
   * @param {NamedButterfly | null} named
   */
  fillIn(number, named) {
    if (number !== this.number) return;
    const details = named ? [countryName(named.country, lang()) || named.country, formatDay(named.at, lang())].filter(Boolean) : [];
    this.write("name", named ? named.name : "");
    this.write("details", details.join(" · "));
    this.write("comment", (named && named.comment) || "");
    if (named) this.write("say", "");
    else this.showMessage(number, "counted");
  }

  /**
   * Write the sentence of data-<kind>: counted, free, beyond or unknown.
   *
   * @param {number} number
   * @param {string} kind
   */
  showMessage(number, kind) {
    if (number !== this.number) return;
    this.write("say", interpolate(this.element.dataset[kind] ?? "", { n: formatNumber(number, lang()) }));
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  write(name, text) {
    const element = this.part(name);
    element.hidden = !text;
    // Writing the same text again would make some screen readers repeat it.
    if (element.textContent !== text) element.textContent = text;
  }

  /**
   * @param {number} number
   * @param {boolean} isWhole
   * @returns {string}
   */
  addressOf(number, isWhole) {
    const { base, home } = this.element.dataset;
    return `${isWhole ? home : ""}${base}?n=${number}`;
  }

  /**
   * @param {string} name
   * @param {number} number
   * @param {boolean} isThere
   */
  setLink(name, number, isThere) {
    const link = /** @type {HTMLAnchorElement} */ (this.part(name));
    link.hidden = !isThere;
    link.href = this.addressOf(Math.max(1, number), false);
    getElement(link, "[data-number]").textContent = formatNumber(Math.max(1, number), lang());
  }
}
