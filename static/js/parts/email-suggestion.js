// "Did you mean …?" under the email field, for a mistake in the domain. It only offers: any address
// can be sent.

import { suggestAddress } from "../lib/email-domains.js";
import { interpolate } from "../lib/format.js";

// Wait while the address is being typed. Wait a little after the field is left too: a new line
// would push away the button that may be under the finger.
const TYPING_MS = 1200;
const BLUR_MS = 300;

/**
 * Offer corrections of `field` in `container`, as a button with the text `textOf(address)`.
 *
 * Return a function that checks the address now.
 *
 * @param {HTMLInputElement} field
 * @param {HTMLElement} container
 * @param {(address: string) => string} textOf
 */
export function offerCorrections(field, container, textOf) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "email-suggestion";

  let suggestion = "";
  let timer = 0;
  const suggest = () => {
    suggestion = suggestAddress(field.value) || "";
    if (suggestion) {
      button.textContent = textOf(suggestion);
      container.replaceChildren(button);
    } else button.remove();
  };
  button.addEventListener("click", () => {
    field.value = suggestion ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  /** @param {number} ms */
  const suggestIn = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(suggest, ms);
  };
  field.addEventListener("input", () => {
    button.remove();
    suggestIn(TYPING_MS);
  });
  field.addEventListener("change", () => suggestIn(BLUR_MS));
  return suggest;
}

/**
 * Offer corrections of the email address in `form`, if it has a place for them.
 *
 * @param {HTMLFormElement} form
 */
export function emailSuggestion(form) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("email"));
  const container = /** @type {HTMLElement} */ (form.querySelector("[data-email-suggestion]"));
  if (!field || !container) return;
  container.setAttribute("role", "status");
  container.textContent = "";
  container.hidden = false;
  offerCorrections(field, container, (email) => interpolate(container.dataset.text ?? "", { email }))();
}
