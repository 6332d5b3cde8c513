// Tells our own server, once, that a way to pass something on was pressed; not which, nor to whom.

export default function shared(element) {
  element.addEventListener("click", ({ target }) => {
    const { noted } = element.dataset;
    if (!noted || !target.closest("[data-way]")) return;
    delete element.dataset.noted;
    navigator.sendBeacon(noted);
  });
}
