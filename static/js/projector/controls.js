// The few buttons for the person at the computer: the mouse or a key shows them, then they hide.

import { getElement } from "../parts/get-element.js";

const IDLE_MS = 3000;

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  // Refused if the system has no full screen. The browser's own key still works.
  else document.documentElement.requestFullscreen().catch(() => {});
}

function toggleTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "night" ? "day" : "night";
  const address = new URL(window.location.href);
  address.searchParams.set("screen", root.dataset.theme);
  window.history.replaceState(null, "", address);
}

/** @param {HTMLElement} bar */
export function showControls(bar) {
  const buttons = { full: toggleFullscreen, hour: toggleTheme };
  /** @type {Record<string, () => void>} */
  const keys = { f: toggleFullscreen, n: toggleTheme };
  /** @type {number | null} */
  let timer = null;
  const hide = () => document.body.classList.add("is-idle");
  const onActivity = () => {
    document.body.classList.remove("is-idle");
    clearTimeout(timer);
    timer = setTimeout(hide, IDLE_MS);
  };
  for (const [name, act] of Object.entries(buttons)) {
    getElement(bar, `[data-act="${name}"]`).addEventListener("click", act);
  }
  document.addEventListener("keydown", (event) => {
    onActivity();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.toLowerCase()];
    if (act) act();
  });
  for (const name of ["pointermove", "pointerdown", "focusin"]) document.addEventListener(name, onActivity);
  bar.hidden = false;
  hide();
}
