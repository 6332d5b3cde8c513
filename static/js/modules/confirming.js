// The button that confirms: remembers, in this tab alone, that it was pressed here.

import { markConfirming } from "../lib/landing.js";

export default function confirming(form) {
  form.addEventListener("submit", () => markConfirming(form.dataset.petition));
}
