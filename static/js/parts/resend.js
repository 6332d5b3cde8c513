// "Send again": counts down the seconds, posts the same form again, and reports the result.

import { proofFor } from "../lib/altcha.js";
import { pluralize } from "../lib/format.js";
import { saveSignature } from "../lib/last-signature.js";
import { requestBody } from "./form-values.js";
import { labelOf, setLabel } from "./label.js";
import { lang } from "./page.js";

const WAIT_MS = 60000;

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

/** Let `button` send `signature` again, a minute after the last try. `status` shows the result. */
export function resend(button, status, signature) {
  const label = labelOf(button);
  let lastSent = signature.at;
  let timer = null;
  // aria-disabled instead of disabled, so that focus stays where the reader left it.
  const disable = (text) => {
    button.setAttribute("aria-disabled", "true");
    setLabel(button, text);
  };
  const tick = () => {
    const remaining = Math.ceil((lastSent + WAIT_MS - Date.now()) / 1000);
    const { waitOne, waitMany } = button.dataset;
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
    const isSent = await post(button.dataset, signature.form);
    lastSent = Date.now();
    if (isSent) saveSignature(signature.petition, signature.form, lastSent);
    if (status) status.textContent = (isSent ? button.dataset.sent : button.dataset.failed) || "";
    startCountdown();
  });
  startCountdown();
}
