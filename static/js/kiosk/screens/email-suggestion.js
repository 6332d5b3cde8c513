// "Did you mean …@gmail.com?", shown when someone pauses after a common typing mistake.

import { suggestAddress } from "../../lib/email-domains.js";
import { message } from "../messages.js";

const PAUSE_MS = 800;

export class EmailSuggestion {
  #timer;

  constructor(line, place) {
    this.line = line;
    this.place = place;
    this.#timer = null;
  }

  wait() {
    this.place.replaceChildren();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.say(), PAUSE_MS);
  }

  say() {
    const suggestion = suggestAddress(this.line.value);
    if (!suggestion) return;
    const button = document.createElement("button");
    const text = message("email_meant", { email: suggestion });
    Object.assign(button, { type: "button", className: "mail-suggestion", textContent: text });
    button.addEventListener("click", () => {
      this.line.value = suggestion;
      button.remove();
      this.line.focus();
    });
    this.place.replaceChildren(button);
  }

  leave() {
    clearTimeout(this.#timer);
  }
}
