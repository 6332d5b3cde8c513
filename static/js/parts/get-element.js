// Elements that the page of a script always has.

/**
 * Return the first element in `root` that matches `selector`. Throws if there is none.
 *
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {E}
 */
export function getElement(root, selector) {
  /** @type {E | null} */
  const element = root.querySelector(selector);
  if (!element) throw new Error(`No element ${selector}`);
  return element;
}

/**
 * Return the field `name` of `form`. Throws if there is none.
 *
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {HTMLInputElement}
 */
export function getField(form, name) {
  const field = form.elements.namedItem(name);
  if (!field) throw new Error(`No field ${name}`);
  return /** @type {HTMLInputElement} */ (field);
}
