// "Did you mean …@gmail.com?", shown when someone pauses after a common typing mistake.

import { meantAddress } from "../../lib/mail-domains.js";
import { word } from "../words.js";

const PAUSE_MS = 800;

export class MeantAddress {
  constructor(line, place) {
    Object.assign(this, { line, place, timer: null });
  }

  wait() {
    this.place.replaceChildren();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), PAUSE_MS);
  }

  say() {
    const meant = meantAddress(this.line.value);
    if (!meant) return;
    const button = document.createElement("button");
    const text = word("email_meant", { email: meant });
    Object.assign(button, { type: "button", className: "mail-suggestion", textContent: text });
    button.addEventListener("click", () => {
      this.line.value = meant;
      button.remove();
      this.line.focus();
    });
    this.place.replaceChildren(button);
  }

  leave() {
    clearTimeout(this.timer);
  }
}
