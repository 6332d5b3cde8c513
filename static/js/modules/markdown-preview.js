// Previews Markdown as readers will see it while someone types. The server renders it, as it does
// for the public page.

const TYPING_MS = 400;

function previewer(form, field, output) {
  let timer = null;
  let controller = null;

  const render = async () => {
    if (controller) controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    const body = new URLSearchParams({ body: field.value });
    const headers = { "X-CSRFToken": form.elements.namedItem("csrf_token").value };
    try {
      const response = await fetch(form.dataset.previewUrl, { method: "POST", body, headers, signal });
      const type = response.headers.get("Content-Type") || "";
      // A redirect means that the user was signed out. The response is a page, not the preview.
      if (response.ok && !response.redirected && type.startsWith("text/html")) {
        output.innerHTML = await response.text();
      }
    } catch (error) {
      // Without a network the last preview stays. The button still works later.
    }
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(render, TYPING_MS);
  };
}

export default function markdownPreview(form) {
  for (const output of form.querySelectorAll("[data-preview-of]")) {
    const field = form.elements.namedItem(output.dataset.previewOf);
    if (!field) continue;
    const preview = previewer(form, field, output);
    field.addEventListener("input", preview);
    // Someone may have typed before this script started.
    if (field.value !== field.defaultValue) preview();
  }
}
