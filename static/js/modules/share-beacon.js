// Tells our server, once, that a share button was pressed: not which one, and not with whom.

/** @param {HTMLElement} element */
export default function shareBeacon(element) {
  element.addEventListener("click", ({ target }) => {
    const { noted: url } = element.dataset;
    if (!url || !(/** @type {Element} */ (target).closest("[data-share-link]"))) return;
    delete element.dataset.noted;
    navigator.sendBeacon(url);
  });
}
