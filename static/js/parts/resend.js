// "Send again": counts down the seconds, posts the same form again, and reports the result.

import { proofFor } from "../lib/altcha.js";
import { counted } from "../lib/sentences.js";
import { keepSigned } from "../lib/signed.js";
import { bodyOf } from "./form-words.js";
import { labelOf, setLabel } from "./label.js";
import { lang } from "./page.js";

const WAIT_MS = 60000;

async function post({ action, altcha }, words) {
  const body = bodyOf(words);
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

/** Let `button` send `signed` again, a minute after the last try. `status` shows the result. */
export function resend(button, status, signed) {
  const label = labelOf(button);
  let last = signed.at;
  let timer = null;
  // aria-disabled instead of disabled, so that focus stays where the reader left it.
  const rest = (text) => {
    button.setAttribute("aria-disabled", "true");
    setLabel(button, text);
  };
  const tick = () => {
    const seconds = Math.ceil((last + WAIT_MS - Date.now()) / 1000);
    const { waitOne, waitMany } = button.dataset;
    if (seconds > 0) return rest(counted(seconds, waitOne, waitMany, lang()));
    clearInterval(timer);
    button.removeAttribute("aria-disabled");
    return setLabel(button, label);
  };
  const wait = () => {
    clearInterval(timer);
    timer = setInterval(tick, 1000);
    tick();
  };
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled")) return;
    rest(button.dataset.sending || label);
    const isSent = await post(button.dataset, signed.form);
    last = Date.now();
    if (isSent) keepSigned(signed.petition, signed.form, last);
    if (status) status.textContent = (isSent ? button.dataset.sent : button.dataset.failed) || "";
    wait();
  });
  wait();
}
