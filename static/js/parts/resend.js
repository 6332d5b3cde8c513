// "Send again": counts down the seconds, posts the same form again, and reports the result.

import { proofFor } from "../lib/altcha.js";
import { pluralize } from "../lib/format.js";
import { saveSignature } from "../lib/last-signature.js";
import { requestBody } from "./form-values.js";
import { labelOf, setLabel } from "./label.js";
import { lang } from "./page.js";

/** @import { FormValues, Signature } from "../../../types/forms" */

const WAIT_MS = 60000;

/**
 * @param {TemplateData} target
 * @param {FormValues} values
 */
async function post({ action, altcha }, values) {
  const body = requestBody(values);
  if (altcha) body.set("altcha", await proofFor(altcha));
  try {
    const response = await fetch(action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
      credentials: "omit",
    });
    return response.ok;
  } catch (error) {
    return false;
  }
}

/**
 * Let `button` send `signature` again, a minute after the last try. `status` shows the result.
 *
 * @param {HTMLElement} button
 * @param {HTMLElement | null} status
 * @param {Signature} signature
 */
export function resend(button, status, signature) {
  const label = labelOf(button);
  const data = /** @type {TemplateData} */ (button.dataset);
  let lastSent = signature.at;
  /** @type {number | null} */
  let timer = null;
  // aria-disabled instead of disabled, so that focus stays where the reader left it.
  /** @param {string} text */
  const disable = (text) => {
    button.setAttribute("aria-disabled", "true");
    setLabel(button, text);
  };
  const tick = () => {
    const remaining = Math.ceil((lastSent + WAIT_MS - Date.now()) / 1000);
    const { waitOne, waitMany } = data;
    if (remaining > 0) return disable(pluralize(remaining, waitOne, waitMany, lang()));
    clearInterval(timer);
    button.removeAttribute("aria-disabled");
    return setLabel(button, label);
  };
  const startCountdown = () => {
    clearInterval(timer);
    timer = setInterval(tick, 1000);
    tick();
  };
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled")) return;
    disable(button.dataset.sending || label);
    const isSent = await post(data, signature.form);
    lastSent = Date.now();
    if (isSent) saveSignature(signature.petition, signature.form, lastSent);
    if (status) status.textContent = (isSent ? button.dataset.sent : button.dataset.failed) || "";
    startCountdown();
  });
  startCountdown();
}
