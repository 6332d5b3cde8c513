// Previews Markdown as readers will see it while someone types. The server renders it, as it does
// for the public page.

import { livePreview } from "../parts/live-preview.js";

/** @param {WithData<HTMLFormElement>} form */
export default function markdownPreview(form) {
  for (const output of form.querySelectorAll("[data-preview-of]")) {
    const name = output.dataset.previewOf ?? "";
    const field = /** @type {HTMLTextAreaElement | null} */ (form.elements.namedItem(name));
    if (!field) continue;
    const bodyOf = () => new URLSearchParams({ body: field.value });
    const preview = livePreview(form, form.dataset.previewUrl, output, bodyOf);
    field.addEventListener("input", preview);
    // Someone may have typed before this script started.
    if (field.value !== field.defaultValue) preview();
  }
}
