// Previews Markdown as readers will see it while someone types. The server renders it, as it does
// for the public page.

import { livePreview } from "../parts/live-preview.js";

export default function markdownPreview(form) {
  for (const output of form.querySelectorAll("[data-preview-of]")) {
    const field = form.elements.namedItem(output.dataset.previewOf);
    if (!field) continue;
    const bodyOf = () => new URLSearchParams({ body: field.value });
    const preview = livePreview(form, form.dataset.previewUrl, output, bodyOf);
    field.addEventListener("input", preview);
    // Someone may have typed before this script started.
    if (field.value !== field.defaultValue) preview();
  }
}
