// Bytes as WebAuthn and our own protocols write them in JSON: base64 with - and _, no padding.

const SLICE = 8192;

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function toBytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/**
 * @param {ArrayBuffer | Uint8Array} buffer
 * @returns {string}
 */
export function toText(buffer) {
  const bytes = new Uint8Array(buffer);
  let plain = "";
  // Convert in slices, because some browsers limit the number of arguments of a call.
  for (let at = 0; at < bytes.length; at += SLICE) {
    plain += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  }
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
