// Inserts text into a field as a separate paragraph: at the last caret position, or at the end.

/** @param {string} text */
function separatorAfter(text) {
  if (!text || text.endsWith("\n\n")) return "";
  return text.endsWith("\n") ? "\n" : "\n\n";
}

/** @param {WithData} button */
export default function insertSnippet(button) {
  const field = /** @type {HTMLTextAreaElement} */ (document.getElementById(button.dataset.field));
  let wasFocused = document.activeElement === field;
  field.addEventListener("focus", () => { wasFocused = true; });
  button.hidden = false;
  button.addEventListener("click", () => {
    const caret = wasFocused ? field.selectionEnd : field.value.length;
    const before = field.value.slice(0, caret);
    const after = field.value.slice(caret).replace(/^\n+/, "");
    const start = before + separatorAfter(before) + button.dataset.text;
    field.value = start + (after ? `\n\n${after}` : "\n");
    field.focus();
    field.setSelectionRange(start.length, start.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
