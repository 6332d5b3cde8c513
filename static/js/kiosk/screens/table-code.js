// The table's code, as large as the screen, so that people in the queue can sign on their phones.

import { qrCode } from "../qr-code.js";
import { localized, message } from "../messages.js";
import { bindActions } from "./actions.js";

export class TableCode {
  static template = "table-code";

  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    bindActions(root, { back: () => kiosk.restart() });
  }

  render() {
    const { cause, table } = this.kiosk.campaign;
    this.root.querySelector("[data-cause]").textContent = localized(cause.title);
    this.root.querySelector("[data-short]").textContent = table.short;
    const code = qrCode(table.url, message("code_name", { address: table.short }));
    this.root.querySelector("[data-code]").replaceChildren(code);
  }
}
