// The volunteers' six-digit PIN, checked without a network. Each attempt is recorded before it is
// checked, so that reloading the page gives nobody an extra one.

import { toBytes } from "../lib/base64url.js";

/** @import { PinTries, StaffPin } from "../../../types/kiosk" */
/** @import { Store } from "./store.js" */

export const DIGITS = 6;
const MAX_ATTEMPTS = 4;
// A child who plays with the keys blocks the volunteers only briefly. Further attempts wait longer.
const FIRST_WAIT_MS = 30000;
const WAIT_MS = 300000;

/**
 * Return how many attempts are left and, if none, how many ms the tablet waits.
 *
 * @param {Store} store
 * @param {number} [now]
 * @returns {Promise<{ left: number, rest: number, waits: number }>}
 */
export async function attemptsLeft(store, now = Date.now()) {
  /** @type {Partial<PinTries>} */
  const { used = 0, at = 0, waits = 0 } = (await store.read("tries")) || {};
  const lockMs = waits ? WAIT_MS : FIRST_WAIT_MS;
  // Setting the clock back must not lengthen the wait, and setting it forward must not count twice.
  const rest = used < MAX_ATTEMPTS ? 0 : Math.min(lockMs, at + lockMs - now);
  if (used >= MAX_ATTEMPTS && rest <= 0) return { left: MAX_ATTEMPTS, rest: 0, waits: waits + 1 };
  return { left: Math.max(0, MAX_ATTEMPTS - used), rest, waits };
}

/**
 * Return whether `digits` are the volunteers' PIN.
 *
 * @param {Store} store
 * @param {StaffPin} pin
 * @param {string} digits
 * @returns {Promise<boolean>}
 */
export async function isPin(store, { salt, iterations, digest }, digits) {
  const { left, waits } = await attemptsLeft(store);
  if (!left) return false;
  await store.write({ tries: { used: MAX_ATTEMPTS - left + 1, at: Date.now(), waits } });
  const text = new TextEncoder().encode(digits);
  const key = await crypto.subtle.importKey("raw", text, "PBKDF2", false, ["deriveBits"]);
  const params = { name: "PBKDF2", hash: "SHA-256", salt: toBytes(salt), iterations };
  const expected = toBytes(digest);
  const actual = new Uint8Array(await crypto.subtle.deriveBits(params, key, expected.length * 8));
  const isRight = actual.every((byte, at) => byte === expected[at]);
  if (isRight) await store.write({ tries: null });
  return isRight;
}
