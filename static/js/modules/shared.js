// Tells our server, once, that a share button was pressed: not which one, and not with whom.

export default function shared(element) {
  element.addEventListener("click", ({ target }) => {
    const { noted } = element.dataset;
    if (!noted || !target.closest("[data-way]")) return;
    delete element.dataset.noted;
    navigator.sendBeacon(noted);
  });
}
