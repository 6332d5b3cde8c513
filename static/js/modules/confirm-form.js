// Remembers, in this tab only, that its confirm button was pressed.

import { rememberConfirming } from "../lib/confirmation-channel.js";

/** @param {WithData<HTMLFormElement>} form */
export default function confirmForm(form) {
  form.addEventListener("submit", () => rememberConfirming(form.dataset.petition));
}
