// Keeps unsaved text when a tab is closed: it is stored during typing and offered, never forced,
// when the form is opened again. Only the server says that it was saved (saved-draft.js). A preview
// or a rejected form shows the text again without saving it.

import { forgetWriting, keepWriting, writingOf } from "../lib/local-drafts.js";
import { fill, moment } from "../lib/sentences.js";

const PAUSE_MS = 600;

function wordsOf(form) {
  // Fields that the server reformats would always differ from the stored text.
  const fields = [...form.elements].filter(({ type, dataset }) => ["text", "textarea"].includes(type) && !("rewritten" in dataset));
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

// Browsers send line ends as two characters and show them as one.
const same = (left, right) => left.replace(/\r\n/g, "\n").trim() === right.replace(/\r\n/g, "\n").trim();

function differs(kept, present) {
  return Object.entries(kept).some(([name, text]) => name in present && !same(text, present[name]));
}

function putIn(form, words) {
  for (const [name, text] of Object.entries(words)) {
    const field = form.elements.namedItem(name);
    if (!field || same(field.value, text)) continue;
    field.value = text;
    const sheet = field.closest("details");
    if (sheet) sheet.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export default function localDraft(form) {
  const { draft: name, revision } = form.dataset;
  const offer = form.querySelector("[data-draft-offer]");
  let timer = null;
  const keep = () => {
    timer = null;
    keepWriting(name, revision, wordsOf(form));
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    if (timer === null) return;
    clearTimeout(timer);
    keep();
  });

  const kept = writingOf(name);
  if (!kept) return;
  if (!differs(kept.words, wordsOf(form))) {
    // A new revision with the same text means that it was saved. Otherwise the form was only shown
    // again.
    if (kept.revision !== revision) forgetWriting(name);
    return;
  }
  const time = offer.querySelector("[data-draft-time]");
  time.textContent = fill(time.dataset.text, { time: moment(kept.at, document.documentElement.lang) });
  offer.querySelector("[data-draft-outdated]").hidden = kept.revision === revision;
  offer.hidden = false;
  offer.querySelector("[data-draft-take]").addEventListener("click", () => {
    putIn(form, kept.words);
    offer.hidden = true;
  });
  offer.querySelector("[data-draft-drop]").addEventListener("click", () => {
    forgetWriting(name);
    offer.hidden = true;
  });
}
