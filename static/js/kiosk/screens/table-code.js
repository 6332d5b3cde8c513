// The table's code, as large as the screen, so that people in the queue can sign on their phones.

import { getElement } from "../../parts/get-element.js";
import { qrCode } from "../qr-code.js";
import { localized, message } from "../messages.js";
import { bindActions } from "./actions.js";

/** @import { LoadedKiosk } from "../../../../types/kiosk" */

export class TableCode {
  static template = "table-code";

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   */
  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    bindActions(root, { back: () => kiosk.restart() });
  }

  render() {
    const { cause, table } = this.kiosk.campaign;
    getElement(this.root, "[data-cause]").textContent = localized(cause.title);
    getElement(this.root, "[data-short]").textContent = table.short;
    const code = qrCode(table.url, message("code_name", { address: table.short }));
    getElement(this.root, "[data-code]").replaceChildren(code);
  }
}
