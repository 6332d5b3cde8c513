// Leaving kiosk mode. What waits is not thrown away: it stays, locked, and goes out from the page where
// tablets are paired.

import { word, words } from "../words.js";
import { onActs } from "./acts.js";

export class Unpair {
  static template = "unpair";
  static isPersonal = true;

  constructor(kiosk, place) {
    Object.assign(this, { kiosk, place, count: 0 });
    onActs(place, { back: () => kiosk.restart(), unpair: () => this.unpair() });
    this.look();
  }

  async look() {
    // First whatever can still be sent.
    await this.kiosk.sync.run();
    this.count = (await this.kiosk.store.waiting()).count;
    if (this.kiosk.screen === this) this.say();
  }

  say() {
    const { count } = this;
    this.place.querySelector("[data-waiting]").hidden = !count;
    this.place.querySelector("[data-waiting-words]").textContent = words("unpair_waiting", count);
    const text = word(count ? "unpair_anyway" : "unpair");
    this.place.querySelector("[data-unpair]").textContent = text;
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }
}
