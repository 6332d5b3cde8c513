// Moves a tablet from one table to another by a code. Waiting records stay sealed and keep the
// secret of the table they were signed at. They are sent alongside the new table's records.

import { pairWithCode } from "../pair.js";
import { Unpair } from "./unpair.js";

/** @import { LoadedKiosk } from "../../../../types/kiosk" */

export class PairAgain extends Unpair {
  /** @override */
  static messagePrefix = "pair_again";

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   * @param {string} code
   */
  constructor(kiosk, root, code) {
    super(kiosk, root);
    this.code = code;
  }

  /** @override */
  named() {
    return { name: this.kiosk.campaign.kiosk.name, code: this.code };
  }

  /** @override */
  async unpair() {
    this.turn(true, "");
    const error = await pairWithCode(this.kiosk.store, this.code);
    // Reload even if this screen was left: the code is used, so the tablet is at another table now.
    if (error) this.turn(false, `pair_${error}`);
    else window.location.reload();
  }

  /**
   * @param {boolean} isBusy
   * @param {string} error
   */
  turn(isBusy, error) {
    this.isBusy = isBusy;
    this.error = error;
    if (this.kiosk.screen === this) this.render();
  }
}
