// A blank paper form made on the tablet, to print or to copy by hand.

import { qrCode } from "../qr-code.js";
import { local, whereOf, word } from "../words.js";
import { onActs } from "./acts.js";
import { sayDelivery } from "./delivery.js";

export class Paper {
  static template = "paper";

  constructor(kiosk, place) {
    Object.assign(this, { kiosk, place });
    onActs(place, { back: () => kiosk.restart(), print: () => window.print() });
  }

  say() {
    const { cause, event, consent, table } = this.kiosk.campaign;
    const find = (name) => this.place.querySelector(`[data-${name}]`);
    find("cause").textContent = local(cause.title);
    find("event").textContent = whereOf(event);
    find("consent").textContent = local(consent.words);
    sayDelivery(find("delivery"), this.kiosk.petitions);
    // If the address is too long for its line, break it before the code.
    const at = table.short.indexOf("/");
    const [host, path] = [table.short.slice(0, at), table.short.slice(at)];
    find("short").replaceChildren(host, document.createElement("wbr"), path);
    find("code").replaceChildren(qrCode(table.url, word("code_name", { address: table.short })));
    const letters = this.kiosk.petitions.map((petition) => {
      const line = document.createElement("li");
      const to = word("letter_to", { names: (local(petition.targets) || []).join(", ") });
      line.textContent = `${local(petition.title)} – ${to}`;
      return line;
    });
    find("letters").replaceChildren(...letters);
  }
}
