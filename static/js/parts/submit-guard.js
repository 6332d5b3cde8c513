// One press, one submission: a form is busy while it is sent, and further presses send nothing. It
// is released again if the page is still there.

import { proofFor } from "../lib/altcha.js";
import { labelOf, setLabel } from "./label.js";

// A stopped or failed navigation cannot be detected in the page, so a timer releases the form.
const RELEASE_MS = 8000;

/**
 * @param {HTMLFormElement} form
 * @returns {HTMLInputElement}
 */
function proofField(form) {
  const existing = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("altcha"));
  if (existing) return existing;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "altcha" });
  form.append(field);
  return field;
}

/**
 * Guard `form` against sending twice. Call `onSend()` for each submission that goes out.
 *
 * While it is sent, its buttons with data-sending are disabled and show that text.
 *
 * @param {HTMLFormElement} form
 * @param {{ onSend?: () => void, releaseMs?: number }} [options]
 */
export function guardSubmit(form, { onSend = () => {}, releaseMs = RELEASE_MS } = {}) {
  const fields = /** @type {Iterable<HTMLButtonElement>} */ (form.elements);
  const buttons = [...fields].filter(({ dataset }) => "sending" in dataset);
  const labels = new Map(buttons.map((button) => [button, labelOf(button)]));
  let isBusy = false;
  /** @type {number | null} */
  let timer = null;

  /** @param {boolean} isDisabled */
  const setDisabled = (isDisabled) => {
    for (const button of buttons) {
      button.disabled = isDisabled;
      setLabel(button, (isDisabled ? button.dataset.sending : labels.get(button)) ?? "");
    }
  };
  const release = () => {
    clearTimeout(timer);
    isBusy = false;
    form.removeAttribute("aria-busy");
    setDisabled(false);
  };
  const submitWithProof = async () => {
    proofField(form).value = await proofFor(form.dataset.altcha ?? "");
    timer = setTimeout(release, releaseMs);
    onSend();
    HTMLFormElement.prototype.submit.call(form);
  };

  form.addEventListener("submit", (event) => {
    // A preview opens in another tab or in a frame, and this form stays.
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (button?.formTarget) return;
    if (isBusy) {
      event.preventDefault();
      return;
    }
    isBusy = true;
    form.setAttribute("aria-busy", "true");
    // Disable the buttons later, because some browsers drop a submission whose button is disabled.
    setTimeout(() => isBusy && setDisabled(true));
    if (form.dataset.altcha) {
      event.preventDefault();
      submitWithProof();
      return;
    }
    timer = setTimeout(release, releaseMs);
    onSend();
  });
  window.addEventListener("pageshow", (event) => event.persisted && release());
}
