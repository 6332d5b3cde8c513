// Shows each name option as it would appear on the page, once a name is entered.

import { initials } from "../lib/initials.js";
import { lang } from "./page.js";

/** @type {Record<string, (given: string, family: string) => string>} */
const FORMATS = {
  full: (given, family) => `${given.trim()} ${family.trim()}`.trim(),
  initials: (given, family) => initials(given, family, lang()),
};

/** @param {HTMLFormElement} form */
export function namePreview(form) {
  const previews = [...form.querySelectorAll("[data-preview]")].filter(
    ({ dataset }) => dataset.preview && dataset.preview in FORMATS,
  );
  const examples = new Map(previews.map((preview) => [preview, preview.textContent]));
  /** @param {string} name */
  const valueOf = (name) => {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    return field ? field.value : "";
  };
  const update = () => {
    for (const preview of previews) {
      const name = FORMATS[preview.dataset.preview ?? ""](valueOf("given_name"), valueOf("family_name"));
      preview.textContent = name || examples.get(preview) || "";
    }
  };
  form.addEventListener("input", update);
  update();
}
