// Explains why the kiosk cannot start, and what helps.

import { word } from "../words.js";
import { onActs } from "./acts.js";

export class Stuck {
  static template = "stuck";
  static isCrews = true;
  isFree = true;

  constructor(kiosk, place, reason) {
    Object.assign(this, { kiosk, place, reason });
    onActs(place, { reload: () => window.location.reload(), unpair: () => this.unpair() });
    // Without the petitions nobody has signed here, so no PIN is needed, and none is known.
    place.querySelector('[data-act="unpair"]').hidden = reason !== "campaign";
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }

  say() {
    this.place.querySelector("[data-heading]").textContent = word(`stuck_${this.reason}`);
    this.place.querySelector("[data-words]").textContent = word(`stuck_${this.reason}_hint`);
  }
}
