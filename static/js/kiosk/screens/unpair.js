// Leaving kiosk mode. What waits is not thrown away: it stays, locked, and goes out from the page where
// tablets are paired.

import { word, words } from "../words.js";
import { onActs } from "./acts.js";

export class Unpair {
  static template = "unpair";
  static isCrews = true;
  static isPersonal = true;

  constructor(kiosk, place) {
    // Until it is known how much waits, nobody leaves unwarned.
    Object.assign(this, { kiosk, place, count: null });
    onActs(place, { back: () => kiosk.restart(), unpair: () => this.unpair() });
    this.look = () => this.lookAgain();
    kiosk.sync.addEventListener("state", this.look);
    this.look();
    // First whatever can still be sent.
    kiosk.sync.sendAll();
  }

  async lookAgain() {
    this.count = (await this.kiosk.store.waiting()).count;
    if (this.kiosk.screen === this) this.say();
  }

  say() {
    const { count } = this;
    this.place.querySelector('[data-act="unpair"]').disabled = count === null;
    this.place.querySelector("[data-waiting]").hidden = !count;
    this.place.querySelector("[data-waiting-words]").textContent = words("unpair_waiting", count);
    const text = word(count ? "unpair_anyway" : "unpair");
    this.place.querySelector("[data-unpair]").textContent = text;
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }

  leave() {
    this.kiosk.sync.removeEventListener("state", this.look);
  }
}
