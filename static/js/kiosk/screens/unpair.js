// Leaves kiosk mode. Waiting records are not discarded. They stay sealed and are sent from the
// pairing page.

import { word, words } from "../words.js";
import { onActs } from "./acts.js";

export class Unpair {
  static template = "unpair";
  static isCrews = true;
  static isPersonal = true;
  /** The prefix of the names of its texts. */
  static words = "unpair";

  constructor(kiosk, place) {
    // The button stays disabled until the count is known, so that nobody leaves without the
    // warning.
    Object.assign(this, { kiosk, place, count: null, fault: "", isBusy: false });
    this.find = (name) => place.querySelector(`[data-${name}]`);
    onActs(place, { back: () => kiosk.restart(), unpair: () => this.unpair() });
    this.look = () => this.lookAgain();
    kiosk.sync.addEventListener("state", this.look);
    this.look();
    // First try to send everything that still can be sent.
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

  /** Return the values for the {braces} in the hint. */
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
