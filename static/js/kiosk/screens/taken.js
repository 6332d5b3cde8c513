// A pairing code was opened on a tablet that already has a table. It says so and changes nothing
// unasked.

import { whereOf, word } from "../words.js";
import { onActs } from "./acts.js";
import { PairAnew } from "./pair-anew.js";

export class Taken {
  static template = "taken";
  static isCrews = true;
  static isPersonal = true;

  constructor(kiosk, place, code) {
    Object.assign(this, { kiosk, place });
    onActs(place, { back: () => kiosk.restart(), anew: () => kiosk.askPin(PairAnew, code) });
  }

  say() {
    const { kiosk, event } = this.kiosk.campaign;
    const where = word("taken_where", { name: kiosk.name, place: whereOf(event) });
    this.place.querySelector("[data-where]").textContent = where;
  }
}
