// Reviews rows with single keys: J and K move between rows, and a control's data-key presses it.
// The keys work only while nothing is being typed.

const isTextInput = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");

function focusRow(row) {
  const control = row.querySelector("[data-key]");
  control.focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

export default function reviewShortcuts(form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const moveFocus = (from, step) => {
    const index = from === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step));
    focusRow(rows[index]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTextInput(event.target)) return;
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
