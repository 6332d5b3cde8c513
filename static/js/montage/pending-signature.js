// The visitor's own butterfly while it is not confirmed. It hovers at the edge, and only this tab
// knows about it.

import { onConfirmed } from "../lib/confirmation-channel.js";
import { deleteSignature, loadSignature } from "../lib/last-signature.js";

/** @import { Stage } from "./stage.js" */

const CHECK_MS = 20000;
const MAX_ATTEMPTS = 5;
const WAIT_MS = 1000;

export class PendingSignature {
  /** @type {(number: number) => void} */
  #showButterfly;

  /**
   * `page` lists the cause's petitions in its data.
   *
   * `showButterfly(number)` shows the butterfly that landed.
   *
   * @param {WithData} page
   * @param {Stage} stage
   * @param {(number: number) => void} showButterfly
   */
  constructor(page, stage, showButterfly) {
    this.stage = stage;
    this.#showButterfly = showButterfly;
    this.petitions = page.dataset.petitions.split(" ");
    this.elements = page.querySelectorAll("[data-pending]");
    onConfirmed(({ petition, number }) => this.onLanded(petition, number));
    window.addEventListener("pageshow", () => this.show());
    setInterval(() => this.show(), CHECK_MS);
    this.show();
  }

  show() {
    const waits = this.petitions.some((petition) => loadSignature(petition));
    for (const element of this.elements) element.hidden = !waits;
  }

  /**
   * @param {string} petition
   * @param {number} number
   */
  onLanded(petition, number) {
    if (!this.petitions.includes(petition) || !loadSignature(petition)) return;
    deleteSignature(petition);
    this.show();
    this.waitForNumber(number, MAX_ATTEMPTS);
  }

  // The tab that confirms may know the number before this tab's pulse reports it.
  /**
   * @param {number} number
   * @param {number} tries
   */
  async waitForNumber(number, tries) {
    const { numbers } = this.stage;
    if (!numbers.has(number)) await this.stage.recheck();
    if (numbers.has(number)) this.#showButterfly(number);
    else if (tries) setTimeout(() => this.waitForNumber(number, tries - 1), WAIT_MS);
  }
}
