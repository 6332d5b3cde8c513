// From one table to another by a code. What waits stays, locked, under the secret by which it was signed,
// and goes out beside what is signed at the new table.

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
    // Also where nobody looks any more: the code is used, and the tablet is another table's.
    if (fault) this.turn(false, `pair_${fault}`);
    else window.location.reload();
  }

  turn(isBusy, fault) {
    Object.assign(this, { isBusy, fault });
    if (this.kiosk.screen === this) this.say();
  }
}
