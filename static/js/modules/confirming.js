// Remembers, in this tab only, that its confirm button was pressed.

import { markConfirming } from "../lib/landing.js";

export default function confirming(form) {
  form.addEventListener("submit", () => markConfirming(form.dataset.petition));
}
