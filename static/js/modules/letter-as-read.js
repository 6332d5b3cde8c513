// Previews Markdown as readers will see it while someone types. The server renders it, as it does
// for the public page.

const PAUSE_MS = 400;

function showing(form, field, place) {
  let timer = null;
  let asking = null;

  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const body = new URLSearchParams({ body: field.value });
    const headers = { "X-CSRFToken": form.elements.namedItem("csrf_token").value };
    try {
      const answer = await fetch(form.dataset.readAt, { method: "POST", body, headers, signal });
      const type = answer.headers.get("Content-Type") || "";
      // A redirect means that the user was signed out. The response is a page, not the preview.
      if (answer.ok && !answer.redirected && type.startsWith("text/html")) {
        place.innerHTML = await answer.text();
      }
    } catch (error) {
      // Without a network the last preview stays. The button still works later.
    }
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  };
}

export default function letterAsRead(form) {
  for (const place of form.querySelectorAll("[data-as-read]")) {
    const field = form.elements.namedItem(place.dataset.asRead);
    if (field) field.addEventListener("input", showing(form, field, place));
  }
}
