// Previews a letter as its target will read it while an organizer types. The server composes it, as
// it does for letters that are sent.

import { formValues, requestBody } from "../parts/form-values.js";
import { livePreview } from "../parts/live-preview.js";

/** @param {HTMLFormElement} form */
export default function letterPreview(form) {
  for (const output of form.querySelectorAll("[data-letter-preview]")) {
    const bodyOf = () => requestBody(formValues(form));
    const preview = livePreview(form, output.dataset.letterPreview ?? "", output, bodyOf);
    form.addEventListener("input", preview);
  }
}
