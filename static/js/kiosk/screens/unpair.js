// Unpairs the tablet. Waiting records are not discarded. They stay encrypted and are sent from the
// pairing page.

import { getElement } from "../../parts/get-element.js";
import { message, pluralMessage } from "../messages.js";
import { bindActions } from "./actions.js";

/** @import { LoadedKiosk } from "../../../../types/kiosk" */

export class Unpair {
  static template = "unpair";
  static isForTablers = true;
  static isPersonal = true;
  /** The prefix of the names of its texts. */
  static messagePrefix = "unpair";

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   */
  constructor(kiosk, root) {
    // The button stays disabled until the count is known, so that nobody leaves without the
    // warning.
    this.kiosk = kiosk;
    this.root = root;
    /** @type {number | null} */
    this.count = null;
    this.error = "";
    this.isBusy = false;
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
    bindActions(root, { back: () => kiosk.restart(), unpair: () => this.unpair() });
    this.look = () => this.refresh();
    kiosk.sync.addEventListener("state", this.look);
    this.look();
    // First try to send everything that still can be sent.
    kiosk.sync.sendAll();
  }

  async refresh() {
    this.count = (await this.kiosk.store.waiting()).count;
    if (this.kiosk.screen === this) this.render();
  }

  render() {
    const { count, error, isBusy } = this;
    /** @param {string} name */
    const own = (name) => `${/** @type {typeof Unpair} */ (this.constructor).messagePrefix}_${name}`;
    this.find("heading").textContent = message(own("heading"));
    this.find("hint").textContent = message(own("hint"), this.named());
    this.find("keep").textContent = message(own("keep"));
    this.find("waiting").hidden = !count;
    this.find("waiting-text").textContent = pluralMessage(own("waiting"), count ?? 0);
    this.find("sent").hidden = count !== 0;
    this.find("fault").hidden = !error;
    this.find("fault-text").textContent = error && message(error);
    this.find("unpair").textContent = message(own(count ? "anyway" : "do"));
    /** @type {HTMLButtonElement} */
    const button = getElement(this.root, '[data-act="unpair"]');
    button.disabled = count === null || isBusy;
  }

  /**
   * Return the values for the {braces} in the hint.
   *
   * @returns {Record<string, string>}
   */
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
