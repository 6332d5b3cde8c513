// Blocks the back button, context menus and links that leave the app, on a shared screen.

function pushCurrent() {
  window.history.pushState(null, "", window.location.pathname);
}

/** Block everything that leads out of the app, or back to what someone else typed. */
export function lockNavigation() {
  window.history.replaceState(null, "", window.location.pathname);
  pushCurrent();
  window.addEventListener("popstate", pushCurrent);
  // Browsers drop history entries that were added before the first user interaction.
  document.addEventListener("pointerdown", pushCurrent, { once: true });
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("dragstart", (event) => event.preventDefault());
  // A page restored from the back/forward cache would bring back what was typed in it.
  window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload());
}

/**
 * Remove the links from `element`, since it must be read here. Keep their text.
 *
 * @template {HTMLElement} T
 * @param {T} element
 * @returns {T}
 */
export function withoutLinks(element) {
  for (const link of element.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  return element;
}
