// "Did you mean …@gmail.com?", shown when someone pauses after a common typing mistake.

import { suggestAddress } from "../../lib/email-domains.js";
import { message } from "../messages.js";

const PAUSE_MS = 800;

export class EmailSuggestion {
  #timer;

  constructor(line, root) {
    this.input = line;
    this.root = root;
    this.#timer = null;
  }

  wait() {
    this.root.replaceChildren();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.render(), PAUSE_MS);
  }

  render() {
    const suggestion = suggestAddress(this.input.value);
    if (!suggestion) return;
    const button = document.createElement("button");
    const text = message("email_meant", { email: suggestion });
    Object.assign(button, { type: "button", className: "email-suggestion", textContent: text });
    button.addEventListener("click", () => {
      this.input.value = suggestion;
      button.remove();
      this.input.focus();
    });
    this.root.replaceChildren(button);
  }

  leave() {
    clearTimeout(this.#timer);
  }
}
