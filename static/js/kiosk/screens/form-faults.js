// What to correct: a message at each field, and a summary above them all. The summary takes focus,
// so that no on-screen keyboard covers the fields.

import { word, words } from "../words.js";
import { setFault } from "./acts.js";

const LINES = "input, select, textarea";

export class FormFaults {
  constructor(place) {
    Object.assign(this, { place, faults: {} });
    this.find = (name) => place.querySelector(`[data-${name}]`);
  }

  /**
   * Show `faults`, [code, values] by field name, and focus the summary.
   *
   * `whole` is the key of an error that belongs to no field.
   */
  show(faults) {
    this.faults = faults;
    this.say();
    this.find("summary").focus();
  }

  /** Remove an error once its field is changed. The sign button checks whether it is right. */
  mend(name) {
    if (!this.faults[name]) return;
    delete this.faults[name];
    this.say();
  }

  say() {
    for (const field of this.place.querySelectorAll("[data-place]")) {
      const line = field.querySelector(LINES);
      const [code, values] = this.faults[field.dataset.place] || [];
      if (line) setFault(field, line, code ? word(`fault_${code}`, values) : "");
    }
    const names = Object.keys(this.faults);
    this.find("summary").hidden = !names.length;
    if (!names.length) return;
    this.find("summary-title").textContent = this.faults.whole
      ? word(this.faults.whole[0])
      : words("faults", names.length);
    const links = names.filter((name) => name !== "whole").map((name) => this.linkTo(name));
    this.find("summary-links").replaceChildren(...links);
  }

  linkTo(name) {
    const field = this.place.querySelector(`[data-place="${CSS.escape(name)}"]`);
    const line = field.querySelector(LINES);
    const link = document.createElement("a");
    const title = field.querySelector("label").firstElementChild || field.querySelector("label");
    Object.assign(link, { className: "button", href: `#${line.id}`, textContent: title.textContent });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const more = line.closest("details");
      if (more) more.open = true;
      line.focus();
    });
    return link;
  }
}
