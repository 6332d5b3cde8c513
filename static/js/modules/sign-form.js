// The form under a petition: keeps what is typed, helps where it can, and never gets in the way.

import { loadDraft, PETITION_DRAFTS, saveDraft } from "../lib/drafts.js";
import { saveSignature } from "../lib/last-signature.js";
import { formValues, isEdited, restoreValues } from "../parts/form-values.js";
import { charactersLeft } from "../parts/characters-left.js";
import { emailSuggestion } from "../parts/email-suggestion.js";
import { namePreview } from "../parts/name-preview.js";
import { guardSubmit } from "../parts/submit-guard.js";

// Signing on a slow network takes longer than saving in the workspace.
const RELEASE_MS = 20000;

/** @param {WithData<HTMLFormElement>} form */
export default function signForm(form) {
  const { petition } = form.dataset;
  const save = () => saveDraft(PETITION_DRAFTS, petition, formValues(form));
  const wasEdited = isEdited(form);
  const draft = loadDraft(PETITION_DRAFTS, petition);
  if (draft) restoreValues(form, draft.words);
  if (wasEdited) save();
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  charactersLeft(form);
  emailSuggestion(form);
  namePreview(form);
  guardSubmit(form, {
    onSend() {
      save();
      saveSignature(petition, formValues(form));
    },
    releaseMs: RELEASE_MS,
  });
}
