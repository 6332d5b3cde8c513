// The eight characters of a pairing code, however they are typed and wherever they are found.

const LENGTH = 8;
const ADDRESS = /^https?:\/\//i;

/**
 * Return the code in the form it is sent, "K7M2-9QXW", or as much of it as there is.
 *
 * @param {string} text
 * @returns {string}
 */
export function formatCode(text) {
  const compact = text.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, LENGTH);
  return compact.length > LENGTH / 2
    ? `${compact.slice(0, LENGTH / 2)}-${compact.slice(LENGTH / 2)}`
    : compact;
}

/**
 * @param {string} code
 * @returns {boolean}
 */
export const isComplete = (code) => code.replace(/-/g, "").length === LENGTH;

/**
 * Return the code in `text`, alone or at the end of an address. Return "" if there is none.
 *
 * @param {string} text
 * @returns {string}
 */
export function findCode(text) {
  const candidate = ADDRESS.test(text) ? text.split(/[#?=/&]/).filter(Boolean).pop() : text.trim();
  const compact = (candidate || "").replace(/[\s-]/g, "");
  return /^[a-z0-9]{8}$/i.test(compact) ? formatCode(compact) : "";
}
