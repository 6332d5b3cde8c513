// Day or night: the system's choice, until the reader makes one.

import { LOCAL, readText, writeText } from "../lib/storage.js";
import { setLabel } from "../parts/label.js";

const KEY = "volante:theme";
const SYSTEM_NIGHT = "(prefers-color-scheme: dark)";

// The montage has a picture for the night, which the browser takes by the system's choice unless the reader made one.
function showPictures(chosen) {
  const hour = { day: "not all", night: "all" }[chosen] || SYSTEM_NIGHT;
  for (const source of document.querySelectorAll("source[data-night]")) {
    const also = source.dataset.night && chosen !== "day" ? ` and ${source.dataset.night}` : "";
    source.media = hour + also;
  }
}

export default function theme(button) {
  const root = document.documentElement;
  const system = window.matchMedia(SYSTEM_NIGHT);
  const current = () => root.dataset.theme || (system.matches ? "night" : "day");
  const show = () => {
    const isNight = current() === "night";
    showPictures(root.dataset.theme);
    button.setAttribute("aria-pressed", String(isNight));
    setLabel(button, isNight ? button.dataset.night : button.dataset.day);
  };
  const follow = () => {
    const chosen = readText(LOCAL, KEY);
    if (chosen === "day" || chosen === "night") root.dataset.theme = chosen;
    show();
  };
  button.addEventListener("click", () => {
    root.dataset.theme = current() === "night" ? "day" : "night";
    writeText(LOCAL, KEY, root.dataset.theme);
    show();
  });
  // Safari before 14 cannot listen here; it learns of a change with the next page.
  if (system.addEventListener) system.addEventListener("change", show);
  window.addEventListener("storage", (event) => event.key === KEY && follow());
  window.addEventListener("pageshow", (event) => event.persisted && follow());
  button.hidden = false;
  show();
}
