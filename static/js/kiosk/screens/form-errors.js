// What to correct: a message at each field, and a summary above them all. The summary takes focus,
// so that no on-screen keyboard covers the fields.

import { getElement } from "../../parts/get-element.js";
import { message, pluralMessage } from "../messages.js";
import { setError } from "./actions.js";

/** @import { FieldError } from "../../../../types/kiosk" */

const FIELDS = "input, select, textarea";

export class FormErrors {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Record<string, FieldError>} */
    this.errors = {};
    /** @param {string} name */
    this.find = (name) => getElement(root, `[data-${name}]`);
  }

  /**
   * Show `errors`, [code, values] by field name, and focus the summary.
   *
   * `whole` is the key of an error that belongs to no field.
   *
   * @param {Record<string, FieldError>} errors
   */
  show(errors) {
    this.errors = errors;
    this.render();
    this.find("summary").focus();
  }

  /**
   * Remove an error once its field is changed. The sign button checks whether it is right.
   *
   * @param {string} name
   */
  clear(name) {
    if (!this.errors[name]) return;
    delete this.errors[name];
    this.render();
  }

  render() {
    for (const field of this.root.querySelectorAll("[data-place]")) {
      const input = field.querySelector(FIELDS);
      const [code, values] = this.errors[field.dataset.place ?? ""] || [];
      if (input) setError(field, input, code ? message(`fault_${code}`, values) : "");
    }
    const names = Object.keys(this.errors);
    this.find("summary").hidden = !names.length;
    if (!names.length) return;
    this.find("summary-title").textContent = this.errors.whole
      ? message(this.errors.whole[0])
      : pluralMessage("faults", names.length);
    const links = names.filter((name) => name !== "whole").map((name) => this.linkTo(name));
    this.find("summary-links").replaceChildren(...links);
  }

  /** @param {string} name */
  linkTo(name) {
    const field = getElement(this.root, `[data-place="${CSS.escape(name)}"]`);
    const input = getElement(field, FIELDS);
    const link = document.createElement("a");
    const label = getElement(field, "legend, label");
    const title = label.firstElementChild || label;
    Object.assign(link, { className: "button", href: `#${input.id}`, textContent: title.textContent });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const details = input.closest("details");
      if (details) details.open = true;
      input.focus();
    });
    return link;
  }
}
