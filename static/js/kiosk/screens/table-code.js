// The table's code, as large as the screen, so that people in the queue can sign on their phones.

import { qrCode } from "../qr-code.js";
import { local, word } from "../words.js";
import { onActs } from "./acts.js";

export class TableCode {
  static template = "table-code";

  constructor(kiosk, place) {
    Object.assign(this, { kiosk, place });
    onActs(place, { back: () => kiosk.restart() });
  }

  say() {
    const { cause, table } = this.kiosk.campaign;
    this.place.querySelector("[data-cause]").textContent = local(cause.title);
    this.place.querySelector("[data-short]").textContent = table.short;
    const code = qrCode(table.url, word("code_name", { address: table.short }));
    this.place.querySelector("[data-code]").replaceChildren(code);
  }
}
