// Shows Markdown as readers will see it while somebody writes; the server makes it, as it makes the
// public page.

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
      // Whoever was signed out meanwhile is led to a page; that is no letter.
      if (answer.ok && !answer.redirected && type.startsWith("text/html")) {
        place.innerHTML = await answer.text();
      }
    } catch (error) {
      // Without a network the last one stays; the button still works later.
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
