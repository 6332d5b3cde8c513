// The visitor's own butterfly while it is not confirmed. It hovers at the edge, and only this tab
// knows about it.

import { onLanded } from "../lib/landing.js";
import { forgetSigned, signedOf } from "../lib/signed.js";

const CHECK_MS = 20000;
const TRIES = 5;
const WAIT_MS = 1000;

export class Pending {
  /**
   * `page` lists the cause's petitions in its data.
   *
   * `land(number)` shows the butterfly that landed.
   */
  constructor(page, stage, land) {
    Object.assign(this, { stage, land, petitions: page.dataset.petitions.split(" ") });
    this.elements = page.querySelectorAll("[data-pending]");
    onLanded(({ petition, number }) => this.onLanded(petition, number));
    window.addEventListener("pageshow", () => this.show());
    setInterval(() => this.show(), CHECK_MS);
    this.show();
  }

  show() {
    const waits = this.petitions.some((petition) => signedOf(petition));
    for (const element of this.elements) element.hidden = !waits;
  }

  onLanded(petition, number) {
    if (!this.petitions.includes(petition) || !signedOf(petition)) return;
    forgetSigned(petition);
    this.show();
    this.meet(number, TRIES);
  }

  // The tab that confirms may know the number before this tab's pulse reports it.
  async meet(number, tries) {
    const { numbers } = this.stage;
    if (!numbers.has(number)) await this.stage.recheck();
    if (numbers.has(number)) this.land(number);
    else if (tries) setTimeout(() => this.meet(number, tries - 1), WAIT_MS);
  }
}
