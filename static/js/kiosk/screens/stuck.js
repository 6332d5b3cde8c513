// The kiosk cannot start: why, and what helps.

import { word } from "../words.js";
import { onActs } from "./acts.js";

export class Stuck {
  static template = "stuck";
  static isCrews = true;
  isFree = true;

  constructor(kiosk, place, reason) {
    Object.assign(this, { kiosk, place, reason });
    onActs(place, { reload: () => window.location.reload(), unpair: () => this.unpair() });
    // Without the letters nobody has signed here: no digits are asked for, and none are known.
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
