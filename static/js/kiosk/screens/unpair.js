// Leaving kiosk mode. What waits is not thrown away: it stays, locked, and goes out from the page where
// tablets are paired.

import { word, words } from "../words.js";
import { onActs } from "./acts.js";

export class Unpair {
  static template = "unpair";
  static isCrews = true;
  static isPersonal = true;
  /** What the names of its words begin with. */
  static words = "unpair";

  constructor(kiosk, place) {
    // Until it is known how much waits, nobody leaves unwarned.
    Object.assign(this, { kiosk, place, count: null, fault: "", isBusy: false });
    this.find = (name) => place.querySelector(`[data-${name}]`);
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
    const { count, fault, isBusy } = this;
    const own = (name) => `${this.constructor.words}_${name}`;
    this.find("heading").textContent = word(own("heading"));
    this.find("hint").textContent = word(own("hint"), this.named());
    this.find("keep").textContent = word(own("keep"));
    this.find("waiting").hidden = !count;
    this.find("waiting-words").textContent = words(own("waiting"), count);
    this.find("sent").hidden = count !== 0;
    this.find("fault").hidden = !fault;
    this.find("fault-words").textContent = fault && word(fault);
    this.find("unpair").textContent = word(own(count ? "anyway" : "do"));
    this.place.querySelector('[data-act="unpair"]').disabled = count === null || isBusy;
  }

  /** What stands in the {braces} of the hint. */
  named() {
    return {};
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }

  leave() {
    this.kiosk.sync.removeEventListener("state", this.look);
  }
}
