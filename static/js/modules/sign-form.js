// The form under a petition: keeps what is typed, helps where it can, and never gets in the way.

import { draftOf, keepDraft } from "../lib/drafts.js";
import { keepSigned } from "../lib/signed.js";
import { restoreWords, wordsOf } from "../parts/form-words.js";
import { lettersLeft } from "../parts/letters-left.js";
import { mailSuggestion } from "../parts/mail-suggestion.js";
import { namePreview } from "../parts/name-preview.js";
import { guardSending } from "../parts/sending.js";

export default function signForm(form) {
  const { petition } = form.dataset;
  const keep = () => keepDraft(petition, wordsOf(form));
  restoreWords(form, draftOf(petition) || {});
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  lettersLeft(form);
  mailSuggestion(form);
  namePreview(form);
  guardSending(form, () => {
    keep();
    keepSigned(petition, wordsOf(form));
  });
}
