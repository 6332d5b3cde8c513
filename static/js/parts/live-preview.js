// Shows what the server makes of a form while someone types.

import { getField } from "./get-element.js";
import { whenTypingPauses } from "./typing-pause.js";

// Returns a function that asks for a new preview soon. `bodyOf` returns what is sent to `url`. The
// answer is shown in `output`.
/**
 * @param {HTMLFormElement} form
 * @param {string} url
 * @param {HTMLElement} output
 * @param {() => URLSearchParams} bodyOf
 * @returns {() => void}
 */
export function livePreview(form, url, output, bodyOf) {
  return whenTypingPauses(async (signal) => {
    const headers = { "X-CSRFToken": getField(form, "csrf_token").value };
    const response = await fetch(url, { method: "POST", body: bodyOf(), headers, signal });
    const type = response.headers.get("Content-Type") || "";
    // A redirect means that the user was signed out. The response is a page, not the preview.
    if (response.ok && !response.redirected && type.startsWith("text/html")) {
      output.innerHTML = await response.text();
    }
  });
}
