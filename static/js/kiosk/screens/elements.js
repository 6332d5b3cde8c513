// Elements of the screens, built without HTML, so that no text is read as markup.

/** Return a new element with these attributes and children. */
export function createElement(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Return a new element without attributes. */
export const plainElement = (tag, ...children) => createElement(tag, {}, ...children);
