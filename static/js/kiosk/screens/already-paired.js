// A pairing code was opened on a tablet that already has a table. It says so and changes nothing
// unasked.

import { getElement } from "../../parts/get-element.js";
import { eventPlace, message } from "../messages.js";
import { bindActions } from "./actions.js";
import { PairAgain } from "./pair-again.js";

/** @import { LoadedKiosk } from "../../../../types/kiosk" */

export class AlreadyPaired {
  static template = "taken";
  static isForTablers = true;
  static isPersonal = true;

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {string} code
   */
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
    getElement(this.root, "[data-where]").textContent = where;
  }
}
