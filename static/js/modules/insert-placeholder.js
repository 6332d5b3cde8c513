// Inserts a placeholder such as {name} into a field, in place of what is selected there.

/** @param {WithData} button */
export default function insertPlaceholder(button) {
  const field = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (document.getElementById(button.dataset.field));
  let wasFocused = document.activeElement === field;
  field.addEventListener("focus", () => { wasFocused = true; });
  button.addEventListener("click", () => {
    const end = field.value.length;
    const [from, to] = wasFocused ? [field.selectionStart ?? end, field.selectionEnd ?? end] : [end, end];
    field.setRangeText(button.dataset.text, from, to, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
