// Explains why the kiosk cannot start, and what helps.

import { message } from "../messages.js";
import { bindActions } from "./actions.js";

export class StartupError {
  static template = "stuck";
  static isForCrew = true;
  isFree = true;

  constructor(kiosk, place, reason) {
    this.kiosk = kiosk;
    this.place = place;
    this.reason = reason;
    bindActions(place, { reload: () => window.location.reload(), unpair: () => this.unpair() });
    // Without the petitions nobody has signed here, so no PIN is needed, and none is known.
    place.querySelector('[data-act="unpair"]').hidden = reason !== "campaign";
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }

  say() {
    this.place.querySelector("[data-heading]").textContent = message(`stuck_${this.reason}`);
    this.place.querySelector("[data-words]").textContent = message(`stuck_${this.reason}_hint`);
  }
}
