// Shows how many characters are left in a text box. The number is always visible, but announced
// only near the end and after a pause.

import { counted } from "../lib/sentences.js";
import { lang } from "./page.js";

const NEAR = 50;
const PAUSE_MS = 1000;

// Announcing every number would drown out the typed characters, so a second, hidden line speaks
// occasionally.
function speakerAfter(hint) {
  const speaker = document.createElement("span");
  speaker.className = "visually-hidden";
  speaker.setAttribute("role", "status");
  hint.after(speaker);
  return speaker;
}

export function lettersLeft(form) {
  const hint = form.querySelector("[data-letters-many]");
  const box = form.querySelector("textarea[maxlength]");
  if (!hint || !box) return;
  const { lettersOne, lettersMany } = hint.dataset;
  const speaker = speakerAfter(hint);
  let timer = null;
  const update = (isTyped) => {
    const left = Math.max(0, box.maxLength - box.value.length);
    hint.textContent = counted(left, lettersOne, lettersMany, lang());
    clearTimeout(timer);
    if (left > NEAR) speaker.textContent = "";
    else if (isTyped) {
      timer = setTimeout(() => {
        speaker.textContent = hint.textContent;
      }, PAUSE_MS);
    }
  };
  box.addEventListener("input", () => update(true));
  update(false);
}
