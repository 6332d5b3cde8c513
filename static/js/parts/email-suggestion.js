// "Did you mean …?" under the email field, for a mistake in the domain. It only offers: any address
// can be sent.

import { suggestAddress } from "../lib/email-domains.js";
import { interpolate } from "../lib/format.js";

// Wait while the address is being typed. Wait a little after the field is left too: a new line
// would push away the button that may be under the finger.
const TYPING_MS = 1200;
const BLUR_MS = 300;

export function emailSuggestion(form) {
  const field = form.elements.namedItem("email");
  const container = form.querySelector("[data-email-suggestion]");
  if (!field || !container) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "email-suggestion";
  container.setAttribute("role", "status");
  container.textContent = "";
  container.hidden = false;

  let suggestion = null;
  let timer = null;
  const hide = () => button.remove();
  const suggest = () => {
    suggestion = suggestAddress(field.value);
    if (!suggestion) return hide();
    button.textContent = interpolate(container.dataset.text, { email: suggestion });
    return container.append(button);
  };
  button.addEventListener("click", () => {
    field.value = suggestion;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  const suggestIn = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(suggest, ms);
  };
  field.addEventListener("input", () => {
    hide();
    suggestIn(TYPING_MS);
  });
  field.addEventListener("change", () => suggestIn(BLUR_MS));
  suggest();
}
