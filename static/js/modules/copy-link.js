// Copies an address and reports that on the button itself.

import { labelOf, setLabel } from "../parts/label.js";

const SHOWN_MS = 3000;

// Without a secure context there is no clipboard API, but a selection can still be copied.
/** @param {string} text */
function copySelected(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  Object.assign(field.style, { position: "fixed", top: "0", opacity: "0" });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    return copySelected(text);
  }
}

/** @param {WithData} button */
export default function copyLink(button) {
  const label = labelOf(button);
  /** @type {number | null} */
  let timer = null;
  (button.querySelector("[data-label]") || button).setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const isCopied = await copy(button.dataset.url || window.location.href);
    button.focus();
    if (!isCopied) return;
    clearTimeout(timer);
    setLabel(button, button.dataset.copied);
    timer = setTimeout(() => setLabel(button, label), SHOWN_MS);
  });
}
