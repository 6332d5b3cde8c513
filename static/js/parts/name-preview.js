// Shows each name option as it would appear on the page, once a name is entered.

import { initials } from "../lib/initials.js";
import { lang } from "./page.js";

const FORMATS = {
  full: (given, family) => `${given.trim()} ${family.trim()}`.trim(),
  initials: (given, family) => initials(given, family, lang()),
};

export function namePreview(form) {
  const previews = [...form.querySelectorAll("[data-preview]")].filter(
    ({ dataset }) => dataset.preview in FORMATS,
  );
  const examples = new Map(previews.map((preview) => [preview, preview.textContent]));
  const valueOf = (name) => (form.elements.namedItem(name) || { value: "" }).value;
  const update = () => {
    for (const preview of previews) {
      const name = FORMATS[preview.dataset.preview](valueOf("given_name"), valueOf("family_name"));
      preview.textContent = name || examples.get(preview);
    }
  };
  form.addEventListener("input", update);
  update();
}
