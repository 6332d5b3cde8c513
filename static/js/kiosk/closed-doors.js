// On a shared screen there is no way back, no menu under the finger, and no way out by a link.

function stayHere() {
  window.history.pushState(null, "", window.location.pathname);
}

/** Shut what leads away from the app, or back to somebody's words. */
export function closeDoors() {
  window.history.replaceState(null, "", window.location.pathname);
  stayHere();
  window.addEventListener("popstate", stayHere);
  // Browsers forget a place that was made before anybody touched the page.
  document.addEventListener("pointerdown", stayHere, { once: true });
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("dragstart", (event) => event.preventDefault());
  // A page that a browser would bring back from its memory brings its words too.
  window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload());
}

/** Take the links out of `letter`: it is to be read here. */
export function withoutLinks(letter) {
  for (const link of letter.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  return letter;
}
