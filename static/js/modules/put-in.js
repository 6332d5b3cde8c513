// Inserts text into a field as a separate paragraph: at the last caret position, or at the end.

function gapAfter(text) {
  if (!text || text.endsWith("\n\n")) return "";
  return text.endsWith("\n") ? "\n" : "\n\n";
}

export default function putIn(button) {
  const field = document.getElementById(button.dataset.field);
  let isTouched = false;
  field.addEventListener("focus", () => { isTouched = true; });
  button.hidden = false;
  button.addEventListener("click", () => {
    const caret = isTouched ? field.selectionEnd : field.value.length;
    const before = field.value.slice(0, caret);
    const after = field.value.slice(caret).replace(/^\n+/, "");
    const start = before + gapAfter(before) + button.dataset.words;
    field.value = start + (after ? `\n\n${after}` : "\n");
    field.focus();
    field.setSelectionRange(start.length, start.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
