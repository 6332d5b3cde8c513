// "Did you mean …?" under the email field, for a mistake in the domain. It only offers: any address
// can be sent.

import { meantAddress } from "../lib/mail-domains.js";
import { fill } from "../lib/sentences.js";

// Wait while the address is being typed. Wait a little after the field is left too: a new line
// would push away the button that may be under the finger.
const TYPED_MS = 1200;
const LEFT_MS = 300;

export function mailSuggestion(form) {
  const field = form.elements.namedItem("email");
  const place = form.querySelector("[data-mail-suggestion]");
  if (!field || !place) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mail-suggestion";
  place.setAttribute("role", "status");
  place.textContent = "";
  place.hidden = false;

  let meant = null;
  let timer = null;
  const withdraw = () => button.remove();
  const suggest = () => {
    meant = meantAddress(field.value);
    if (!meant) return withdraw();
    button.textContent = fill(place.dataset.text, { email: meant });
    return place.append(button);
  };
  button.addEventListener("click", () => {
    field.value = meant;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  const suggestIn = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(suggest, ms);
  };
  field.addEventListener("input", () => {
    withdraw();
    suggestIn(TYPED_MS);
  });
  field.addEventListener("change", () => suggestIn(LEFT_MS));
  suggest();
}
