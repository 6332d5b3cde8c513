// Keeps unsaved text when a tab is closed: it is stored during typing and offered, never forced,
// when the form is opened again. Only the server says that it was saved (clear-local-draft.js). A preview
// or a rejected form shows the text again without saving it.

import { deleteDraft, loadDraft, ORGANIZER_DRAFTS, saveDraft } from "../lib/drafts.js";
import { isEdited } from "../parts/form-values.js";
import { interpolate, formatTime } from "../lib/format.js";

const TYPING_MS = 600;

function textValues(form) {
  // Fields that the server reformats would always differ from the stored text.
  const fields = [...form.elements].filter(({ type, dataset }) => ["text", "textarea"].includes(type) && !("rewritten" in dataset));
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

// Browsers send line ends as two characters and show them as one.
const isSameText = (left, right) => left.replace(/\r\n/g, "\n").trim() === right.replace(/\r\n/g, "\n").trim();

function differs(draft, current) {
  return Object.entries(draft).some(([name, text]) => name in current && !isSameText(text, current[name]));
}

function restore(form, values) {
  for (const [name, text] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (!field || isSameText(field.value, text)) continue;
    field.value = text;
    const details = field.closest("details");
    if (details) details.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export default function localDraft(form) {
  const { draft: name, revision } = form.dataset;
  const notice = form.querySelector("[data-draft-offer]");
  let timer = null;
  const save = () => {
    timer = null;
    saveDraft(ORGANIZER_DRAFTS, name, textValues(form), { revision });
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, TYPING_MS);
  });
  form.addEventListener("submit", () => {
    if (timer === null) return;
    clearTimeout(timer);
    save();
  });

  const draft = loadDraft(ORGANIZER_DRAFTS, name);
  if (!draft) {
    // Someone may have typed before this script started.
    if (isEdited(form)) save();
    return;
  }
  if (!differs(draft.words, textValues(form))) {
    // A new revision with the same text means that it was saved. Otherwise the form was only shown
    // again.
    if (draft.revision !== revision) deleteDraft(ORGANIZER_DRAFTS, name);
    return;
  }
  const time = notice.querySelector("[data-draft-time]");
  time.textContent = interpolate(time.dataset.text, { time: formatTime(draft.at, document.documentElement.lang) });
  notice.querySelector("[data-draft-outdated]").hidden = draft.revision === revision;
  notice.hidden = false;
  notice.querySelector("[data-draft-take]").addEventListener("click", () => {
    restore(form, draft.words);
    notice.hidden = true;
  });
  notice.querySelector("[data-draft-drop]").addEventListener("click", () => {
    deleteDraft(ORGANIZER_DRAFTS, name);
    notice.hidden = true;
  });
}
