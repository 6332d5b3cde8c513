// Light or dark theme: the system's setting until the reader chooses one.

import { LOCAL, readText, writeText } from "../lib/storage.js";
import { setLabel } from "../parts/label.js";

const KEY = "volante:theme";
const PREFERS_DARK = "(prefers-color-scheme: dark)";

// The montage has a night picture. The browser selects it by the system's setting unless the reader
// has chosen a theme.
/** @param {string | undefined} chosen */
function showPictures(chosen) {
  /** @type {Record<string, string>} */
  const choices = { day: "not all", night: "all" };
  const media = (chosen && choices[chosen]) || PREFERS_DARK;
  /** @type {NodeListOf<HTMLSourceElement>} */
  const sources = document.querySelectorAll("source[data-night]");
  for (const source of sources) {
    const condition = source.dataset.night && chosen !== "day" ? ` and ${source.dataset.night}` : "";
    source.media = media + condition;
  }
}

/** @param {WithData} button */
export default function theme(button) {
  const root = document.documentElement;
  const system = window.matchMedia(PREFERS_DARK);
  const current = () => root.dataset.theme || (system.matches ? "night" : "day");
  const render = () => {
    const isNight = current() === "night";
    showPictures(root.dataset.theme);
    button.setAttribute("aria-pressed", String(isNight));
    setLabel(button, isNight ? button.dataset.night : button.dataset.day);
  };
  const applyStored = () => {
    const chosen = readText(LOCAL, KEY);
    if (chosen === "day" || chosen === "night") root.dataset.theme = chosen;
    render();
  };
  button.addEventListener("click", () => {
    root.dataset.theme = current() === "night" ? "day" : "night";
    writeText(LOCAL, KEY, root.dataset.theme);
    render();
  });
  // Safari before 14 cannot listen here. It sees a change on the next page.
  if (system.addEventListener) system.addEventListener("change", render);
  window.addEventListener("storage", (event) => event.key === KEY && applyStored());
  window.addEventListener("pageshow", (event) => event.persisted && applyStored());
  button.hidden = false;
  render();
}
