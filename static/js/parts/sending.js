// One press, one signature: the button is disabled while the form is sent. It is enabled again if
// the page is still there.

import { proofFor } from "../lib/altcha.js";
import { labelOf, setLabel } from "./label.js";

// A stopped or failed navigation cannot be detected in the page, so a timer enables the button.
const RESCUE_MS = 20000;

function proofField(form) {
  const found = form.elements.namedItem("altcha");
  if (found) return found;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "altcha" });
  form.append(field);
  return field;
}

/** Guard `form` against sending twice. Calls `onSend()` for each submission that goes out. */
export function guardSending(form, onSend) {
  const buttons = [...form.elements].filter(({ type }) => type === "submit");
  const labels = new Map(buttons.map((button) => [button, labelOf(button)]));
  let isBusy = false;
  let rescue = null;

  const rest = (isResting) => {
    for (const button of buttons) {
      button.disabled = isResting;
      const { sending } = button.dataset;
      if (sending) setLabel(button, isResting ? sending : labels.get(button));
    }
  };
  const wake = () => {
    clearTimeout(rescue);
    isBusy = false;
    rest(false);
  };
  const prove = async () => {
    proofField(form).value = await proofFor(form.dataset.altcha);
    rescue = setTimeout(wake, RESCUE_MS);
    onSend();
    HTMLFormElement.prototype.submit.call(form);
  };

  form.addEventListener("submit", (event) => {
    if (isBusy) return event.preventDefault();
    isBusy = true;
    // Disable the button later, because some browsers drop a submission whose button is disabled.
    setTimeout(() => isBusy && rest(true));
    if (form.dataset.altcha) {
      event.preventDefault();
      return prove();
    }
    rescue = setTimeout(wake, RESCUE_MS);
    return onSend();
  });
  window.addEventListener("pageshow", (event) => event.persisted && wake());
}
