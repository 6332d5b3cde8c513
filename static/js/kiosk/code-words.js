// The eight characters of a pairing code, however they are typed or wherever they stand.

const LENGTH = 8;
const ADDRESS = /^https?:\/\//i;

/** Return the code as it is sent, "K7M2-9QXW", or as much of it as there is. */
export function tidied(text) {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, LENGTH);
  return plain.length > LENGTH / 2
    ? `${plain.slice(0, LENGTH / 2)}-${plain.slice(LENGTH / 2)}`
    : plain;
}

export const isWhole = (code) => code.replace(/-/g, "").length === LENGTH;

/** Return the code that `text` holds: alone, or at the end of an address; else "". */
export function codeIn(text) {
  const last = ADDRESS.test(text) ? text.split(/[#?=/&]/).filter(Boolean).pop() : text.trim();
  const plain = (last || "").replace(/[\s-]/g, "");
  return /^[a-z0-9]{8}$/i.test(plain) ? tidied(plain) : "";
}
