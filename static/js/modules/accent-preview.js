// Shows a colour while someone types it. The server draws the samples, as for the button beside them.

import { getElement } from "../parts/get-element.js";
import { whenTypingPauses } from "../parts/typing-pause.js";

/** @param {HTMLElement} element */
export default function accentPreview(element) {
  /** @type {HTMLInputElement} */
  const field = getElement(element, "input");
  const form = /** @type {HTMLFormElement} */ (field.form);

  /** @param {AbortSignal} signal */
  const render = async (signal) => {
    const body = new URLSearchParams({ press: "try" });
    for (const name of ["csrf_token", "version", "pattern", field.name]) {
      body.set(name, String(new FormData(form).get(name) || ""));
    }
    const response = await fetch(form.action, { method: "POST", body, signal });
    // 422 is the page of a colour that cannot be read, with the nearest one that can.
    if (response.redirected || ![200, 422].includes(response.status)) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const samples = page.querySelector("[data-accent-samples]");
    if (samples) getElement(element, "[data-accent-samples]").replaceWith(samples);
  };
  field.addEventListener("input", whenTypingPauses(render));
}
