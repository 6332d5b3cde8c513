// Browser storage, if there is any: private windows and full disks throw errors.

// Even reading the property `sessionStorage` can throw, so pass its name and read it in here.
/**
 * @template T
 * @param {() => T} action
 * @returns {T | null}
 */
function orNull(action) {
  try {
    return action();
  } catch (error) {
    return null;
  }
}

/** @typedef {typeof LOCAL | typeof SESSION} StorageArea */

export const LOCAL = "localStorage";
export const SESSION = "sessionStorage";

/**
 * @param {StorageArea} area
 * @param {string} key
 * @returns {string | null}
 */
export function readText(area, key) {
  return orNull(() => globalThis[area].getItem(key));
}

/**
 * @param {StorageArea} area
 * @param {string} key
 * @param {string} text
 */
export function writeText(area, key, text) {
  orNull(() => globalThis[area].setItem(key, text));
}

/**
 * @param {StorageArea} area
 * @param {string} key
 */
export function remove(area, key) {
  orNull(() => globalThis[area].removeItem(key));
}

/**
 * Return the value stored under `key`, or null if there is none or it is not valid JSON.
 *
 * @param {StorageArea} area
 * @param {string} key
 * @returns {any}
 */
export function read(area, key) {
  return orNull(() => {
    const text = readText(area, key);
    return text === null ? null : JSON.parse(text);
  });
}

/**
 * @param {StorageArea} area
 * @param {string} key
 * @param {unknown} value
 */
export function write(area, key, value) {
  writeText(area, key, JSON.stringify(value));
}
