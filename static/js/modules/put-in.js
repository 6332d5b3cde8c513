// Puts words into a field as a paragraph of their own, where its caret last stood.

const gapAfter = (text) => (text && !text.endsWith("\n\n") ? (text.endsWith("\n") ? "\n" : "\n\n") : "");

export default function putIn(button) {
  const field = document.getElementById(button.dataset.field);
  button.hidden = false;
  button.addEventListener("click", () => {
    const before = field.value.slice(0, field.selectionEnd);
    const after = field.value.slice(field.selectionEnd).replace(/^\n+/, "");
    const start = before + gapAfter(before) + button.dataset.words;
    field.value = start + (after ? "\n\n" + after : "\n");
    field.focus();
    field.setSelectionRange(start.length, start.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
