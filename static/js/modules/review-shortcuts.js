// Reviews rows with single keys: J and K move between rows, and a control's data-key presses it.
// The keys work only while nothing is being typed.

import { getElement } from "../parts/get-element.js";

/** @param {Element} target */
const isTextInput = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");

/** @param {HTMLElement} row */
function focusRow(row) {
  const control = getElement(row, "[data-key]");
  control.focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

/** @param {HTMLFormElement} form */
export default function reviewShortcuts(form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  /**
   * @param {number} from
   * @param {number} step
   */
  const moveFocus = (from, step) => {
    const index = from === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step));
    focusRow(rows[index]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTextInput(/** @type {Element} */ (event.target))) return;
    const current = rows.findIndex((row) => row.contains(document.activeElement));
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      moveFocus(current, key === "j" ? 1 : -1);
      return;
    }
    const rowControl = current === -1 ? null : rows[current].querySelector(`[data-key="${CSS.escape(key)}"]`);
    const control = rowControl || form.querySelector(`button[data-key="${CSS.escape(key)}"]`);
    if (!control) return;
    event.preventDefault();
    control.click();
    if (rowControl) moveFocus(current, 1);
  });
}
