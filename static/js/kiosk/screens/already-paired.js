// A pairing code was opened on a tablet that already has a table. It says so and changes nothing
// unasked.

import { eventPlace, message } from "../messages.js";
import { bindActions } from "./actions.js";
import { PairAgain } from "./pair-again.js";

export class AlreadyPaired {
  static template = "taken";
  static isForTablers = true;
  static isPersonal = true;

  constructor(kiosk, root, code) {
    this.kiosk = kiosk;
    this.root = root;
    bindActions(root, {
      back: () => kiosk.restart(),
      "pair-again": () => kiosk.askPin(PairAgain, code),
    });
  }

  render() {
    const { kiosk, event } = this.kiosk.campaign;
    const where = message("taken_where", { name: kiosk.name, place: eventPlace(event) });
    this.root.querySelector("[data-where]").textContent = where;
  }
}
