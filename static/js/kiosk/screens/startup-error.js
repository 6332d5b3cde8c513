// Explains why the kiosk cannot start, and what helps.

import { message } from "../messages.js";
import { bindActions } from "./actions.js";

export class StartupError {
  static template = "stuck";
  static isForTablers = true;
  isFree = true;

  constructor(kiosk, root, reason) {
    this.kiosk = kiosk;
    this.root = root;
    this.reason = reason;
    bindActions(root, { reload: () => window.location.reload(), unpair: () => this.unpair() });
    // Without the petitions nobody has signed here, so no PIN is needed, and none is known.
    root.querySelector('[data-act="unpair"]').hidden = reason !== "campaign";
  }

  async unpair() {
    await this.kiosk.store.unpair();
    window.location.reload();
  }

  render() {
    this.root.querySelector("[data-heading]").textContent = message(`stuck_${this.reason}`);
    this.root.querySelector("[data-text]").textContent = message(`stuck_${this.reason}_hint`);
  }
}
