/**
 * Change a control's label.
 *
 * That is its [data-label], its only text, or the accessible name beside an icon.
 *
 * @param {HTMLElement} control
 * @param {string} text
 */
export function setLabel(control, text) {
  const label = control.querySelector("[data-label]") || (control.children.length ? null : control);
  if (label) label.textContent = text;
  else control.setAttribute("aria-label", text);
}

/**
 * @param {HTMLElement} control
 * @returns {string}
 */
export function labelOf(control) {
  const label = control.querySelector("[data-label]");
  if (label || !control.children.length) return (label || control).textContent;
  return control.getAttribute("aria-label") || "";
}
