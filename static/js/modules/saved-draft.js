// The server saved a form of this name, so the browser's draft is no longer needed.

import { forgetWriting } from "../lib/local-drafts.js";

export default function savedDraft(sign) {
  forgetWriting(sign.dataset.draft);
}
