// Shows how many characters are left in a text box. The number is always visible, but announced
// only near the end and after a pause.

import { pluralize } from "../lib/format.js";
import { lang } from "./page.js";

const ANNOUNCE_BELOW = 50;
const PAUSE_MS = 1000;

// Announcing every number would drown out the typed characters, so a second, hidden line speaks
// occasionally.
/** @param {HTMLElement} hint */
function addStatusAfter(hint) {
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  hint.after(status);
  return status;
}

/** @param {HTMLFormElement} form */
export function charactersLeft(form) {
  const hint = form.querySelector("[data-characters-many]");
  /** @type {HTMLTextAreaElement | null} */
  const box = form.querySelector("textarea[maxlength]");
  if (!hint || !box) return;
  const { charactersOne: one, charactersMany: many } = /** @type {TemplateData} */ (hint.dataset);
  const status = addStatusAfter(hint);
  /** @type {number | null} */
  let timer = null;
  /** @param {boolean} isTyped */
  const update = (isTyped) => {
    const remaining = Math.max(0, box.maxLength - box.value.length);
    hint.textContent = pluralize(remaining, one, many, lang());
    clearTimeout(timer);
    if (remaining > ANNOUNCE_BELOW) status.textContent = "";
    else if (isTyped) {
      timer = setTimeout(() => {
        status.textContent = hint.textContent;
      }, PAUSE_MS);
    }
  };
  box.addEventListener("input", () => update(true));
  update(false);
}
