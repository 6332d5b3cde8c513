// What the browser keeps for us, when it keeps anything: private windows and full disks throw.

// Even reading the property `sessionStorage` can throw, so it is named here and fetched inside.
function attempt(action) {
  try {
    return action();
  } catch (error) {
    return null;
  }
}

export const LOCAL = "localStorage";
export const SESSION = "sessionStorage";

export function readText(area, key) {
  return attempt(() => globalThis[area].getItem(key));
}

export function writeText(area, key, text) {
  attempt(() => globalThis[area].setItem(key, text));
}

export function remove(area, key) {
  attempt(() => globalThis[area].removeItem(key));
}

/** Return what was kept under `key`, or null where there is nothing, or nothing readable. */
export function read(area, key) {
  return attempt(() => JSON.parse(readText(area, key)));
}

export function write(area, key, value) {
  writeText(area, key, JSON.stringify(value));
}
