// What this tab signed last: {petition, given_name, email, form, at}. It leaves the tab only to
// send the email again.

import { read, remove, SESSION, write } from "./storage.js";

/** @import { FormValues, Signature } from "../../../types/forms" */

const KEY = "volante:signed";
const MAX_AGE_MS = 30 * 60 * 1000;

/**
 * @param {string} petition
 * @param {FormValues} form
 * @param {number} [at]
 */
export function saveSignature(petition, form, at = Date.now()) {
  write(SESSION, KEY, { petition, given_name: form.given_name, email: form.email, form, at });
}

/**
 * Return what was signed under `petition` in the last thirty minutes, or null.
 *
 * Older data is deleted.
 *
 * @param {string} petition
 * @param {number} [now]
 * @returns {Signature | null}
 */
export function loadSignature(petition, now = Date.now()) {
  const signature = read(SESSION, KEY);
  if (!signature || !signature.form || signature.petition !== petition) return null;
  if (now - signature.at < MAX_AGE_MS) return signature;
  remove(SESSION, KEY);
  return null;
}

/**
 * Forget what was signed under `petition`, because it is confirmed.
 *
 * @param {string} petition
 */
export function deleteSignature(petition) {
  const signature = read(SESSION, KEY);
  if (signature && signature.petition === petition) remove(SESSION, KEY);
}
