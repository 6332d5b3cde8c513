// Reviews rows with single keys: J and K move between rows, and a control's data-key presses it.
// The keys work only while nothing is being typed.

const isTyped = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");

function focusRow(row) {
  const control = row.querySelector("[data-key]");
  control.focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

export default function reviewKeys(form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const move = (from, step) => {
    const place = from === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step));
    focusRow(rows[place]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      move(here, key === "j" ? 1 : -1);
      return;
    }
    const within = here === -1 ? null : rows[here].querySelector(`[data-key="${CSS.escape(key)}"]`);
    const control = within || form.querySelector(`button[data-key="${CSS.escape(key)}"]`);
    if (!control) return;
    event.preventDefault();
    control.click();
    if (within) move(here, 1);
  });
}
