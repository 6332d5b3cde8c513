// Keeps unsaved text when a tab is closed: it is stored during typing and offered, never forced,
// when the form is opened again. Only the server says that it was saved (clear-local-draft.js). A preview
// or a rejected form shows the text again without saving it.

import { debounce } from "../lib/debounce.js";
import { deleteDraft, loadDraft, ORGANIZER_DRAFTS, saveDraft } from "../lib/drafts.js";
import { isEdited } from "../parts/form-values.js";
import { interpolate, formatTime } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";

const TYPING_MS = 600;

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
function textValues(form) {
  // Fields that the server reformats would always differ from the stored text.
  const all = /** @type {Iterable<HTMLInputElement>} */ (form.elements);
  const fields = [...all].filter(({ type, dataset }) => ["text", "textarea"].includes(type) && !("rewritten" in dataset));
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

// Browsers send line ends as two characters and show them as one.
/**
 * @param {string} left
 * @param {string} right
 */
const isSameText = (left, right) => left.replace(/\r\n/g, "\n").trim() === right.replace(/\r\n/g, "\n").trim();

/**
 * @param {Record<string, string>} draft
 * @param {Record<string, string>} current
 */
function differs(draft, current) {
  return Object.entries(draft).some(([name, text]) => name in current && !isSameText(text, current[name]));
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} values
 */
function restore(form, values) {
  for (const [name, text] of Object.entries(values)) {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    if (!field || isSameText(field.value, text)) continue;
    field.value = text;
    const details = field.closest("details");
    if (details) details.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** @param {WithData<HTMLFormElement>} form */
export default function localDraft(form) {
  const { draft: name, revision } = form.dataset;
  const save = () => saveDraft(ORGANIZER_DRAFTS, name, textValues(form), { revision });
  const saveSoon = debounce(TYPING_MS, save);
  form.addEventListener("input", () => saveSoon());
  form.addEventListener("submit", () => saveSoon.flush());

  const draft = loadDraft(ORGANIZER_DRAFTS, name);
  if (!draft) {
    // Someone may have typed before this script started.
    if (isEdited(form)) save();
    return;
  }
  // An organizer's draft has one text for each field.
  const texts = /** @type {Record<string, string>} */ (draft.words);
  if (!differs(texts, textValues(form))) {
    // A new revision with the same text means that it was saved. Otherwise the form was only shown
    // again.
    if (draft.revision !== revision) deleteDraft(ORGANIZER_DRAFTS, name);
    return;
  }
  const notice = getElement(form, "[data-draft-offer]");
  /** @type {WithData} */
  const time = getElement(notice, "[data-draft-time]");
  time.textContent = interpolate(time.dataset.text, { time: formatTime(draft.at, document.documentElement.lang) });
  getElement(notice, "[data-draft-outdated]").hidden = draft.revision === revision;
  notice.hidden = false;
  getElement(notice, "[data-draft-take]").addEventListener("click", () => {
    restore(form, texts);
    notice.hidden = true;
  });
  getElement(notice, "[data-draft-drop]").addEventListener("click", () => {
    deleteDraft(ORGANIZER_DRAFTS, name);
    notice.hidden = true;
  });
}
