// Moves a tablet from one table to another by a code. Waiting records stay sealed and keep the
// secret of the table they were signed at. They are sent alongside the new table's records.

import { pairBy } from "../pair-by.js";
import { Unpair } from "./unpair.js";

export class PairAnew extends Unpair {
  static words = "anew";

  constructor(kiosk, place, code) {
    super(kiosk, place);
    this.code = code;
  }

  named() {
    return { name: this.kiosk.campaign.kiosk.name, code: this.code };
  }

  async unpair() {
    this.turn(true, "");
    const fault = await pairBy(this.kiosk.store, this.code);
    // Reload even if this screen was left: the code is used, so the tablet is at another table now.
    if (fault) this.turn(false, `pair_${fault}`);
    else window.location.reload();
  }

  turn(isBusy, fault) {
    Object.assign(this, { isBusy, fault });
    if (this.kiosk.screen === this) this.say();
  }
}
