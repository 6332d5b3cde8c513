// How many letters the box still takes: always to be seen, read out only near the end and after a
// pause.

import { counted } from "../lib/sentences.js";
import { lang } from "./page.js";

const NEAR = 50;
const PAUSE_MS = 1000;

// Reading every letter's number aloud would drown the letters, so a second, silent line speaks now
// and then.
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
