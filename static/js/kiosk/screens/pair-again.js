// Moves a tablet from one table to another by a code. Waiting records stay sealed and keep the
// secret of the table they were signed at. They are sent alongside the new table's records.

import { pairWithCode } from "../pair.js";
import { Unpair } from "./unpair.js";

export class PairAgain extends Unpair {
  static messagePrefix = "pair_again";

  constructor(kiosk, root, code) {
    super(kiosk, root);
    this.code = code;
  }

  named() {
    return { name: this.kiosk.campaign.kiosk.name, code: this.code };
  }

  async unpair() {
    this.turn(true, "");
    const error = await pairWithCode(this.kiosk.store, this.code);
    // Reload even if this screen was left: the code is used, so the tablet is at another table now.
    if (error) this.turn(false, `pair_${error}`);
    else window.location.reload();
  }

  turn(isBusy, error) {
    this.isBusy = isBusy;
    this.error = error;
    if (this.kiosk.screen === this) this.render();
  }
}
