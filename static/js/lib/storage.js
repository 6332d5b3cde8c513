// Browser storage, if there is any: private windows and full disks throw errors.

// Even reading the property `sessionStorage` can throw, so pass its name and read it in here.
function orNull(action) {
  try {
    return action();
  } catch (error) {
    return null;
  }
}

export const LOCAL = "localStorage";
export const SESSION = "sessionStorage";

export function readText(area, key) {
  return orNull(() => globalThis[area].getItem(key));
}

export function writeText(area, key, text) {
  orNull(() => globalThis[area].setItem(key, text));
}

export function remove(area, key) {
  orNull(() => globalThis[area].removeItem(key));
}

/** Return the value stored under `key`, or null if there is none or it is not valid JSON. */
export function read(area, key) {
  return orNull(() => JSON.parse(readText(area, key)));
}

export function write(area, key, value) {
  writeText(area, key, JSON.stringify(value));
}
