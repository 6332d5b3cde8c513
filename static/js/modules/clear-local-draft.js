// The server saved a form of this name, so the browser's draft is no longer needed.

import { deleteDraft, ORGANIZER_DRAFTS } from "../lib/drafts.js";

/** @param {WithData} element */
export default function clearLocalDraft(element) {
  deleteDraft(ORGANIZER_DRAFTS, element.dataset.draft);
}
