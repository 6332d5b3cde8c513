// Shows each name option as it would appear on the page, once a name is entered.

import { initials } from "../lib/initials.js";
import { lang } from "./page.js";

const SHAPES = {
  full: (given, family) => `${given.trim()} ${family.trim()}`.trim(),
  initials: (given, family) => initials(given, family, lang()),
};

export function namePreview(form) {
  const previews = [...form.querySelectorAll("[data-preview]")].filter(
    ({ dataset }) => dataset.preview in SHAPES,
  );
  const examples = new Map(previews.map((preview) => [preview, preview.textContent]));
  const textOf = (name) => (form.elements.namedItem(name) || { value: "" }).value;
  const update = () => {
    for (const preview of previews) {
      const shown = SHAPES[preview.dataset.preview](textOf("given_name"), textOf("family_name"));
      preview.textContent = shown || examples.get(preview);
    }
  };
  form.addEventListener("input", update);
  update();
}
