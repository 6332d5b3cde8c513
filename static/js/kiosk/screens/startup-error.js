// Explains why the kiosk cannot start, and what helps.

import { getElement } from "../../parts/get-element.js";
import { message } from "../messages.js";
import { bindActions } from "./actions.js";

/** @import { Kiosk } from "../kiosk.js" */

export class StartupError {
  static template = "stuck";
  static isForTablers = true;
  isFree = true;

  /**
   * @param {Kiosk} kiosk
   * @param {HTMLElement} root
   * @param {string} reason
   */
  constructor(kiosk, root, reason) {
    this.kiosk = kiosk;
    this.root = root;
    this.reason = reason;
    bindActions(root, { reload: () => window.location.reload(), unpair: () => this.unpair() });
    // Without the petitions nobody has signed here, so no PIN is needed, and none is known.
    getElement(root, '[data-act="unpair"]').hidden = reason !== "campaign";
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }

  render() {
    getElement(this.root, "[data-heading]").textContent = message(`stuck_${this.reason}`);
    getElement(this.root, "[data-text]").textContent = message(`stuck_${this.reason}_hint`);
  }
}
