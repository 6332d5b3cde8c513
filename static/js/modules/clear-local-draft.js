// The server saved a form of this name, so the browser's draft is no longer needed.

import { deleteLocalDraft } from "../lib/local-drafts.js";

export default function clearLocalDraft(element) {
  deleteLocalDraft(element.dataset.draft);
}
