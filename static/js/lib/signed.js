// What this tab signed last: {petition, given_name, email, form, at}. It leaves the tab only to
// send the email again.

import { read, remove, SESSION, write } from "./storage.js";

const KEY = "volante:signed";
const KEPT_MS = 30 * 60 * 1000;

export function keepSigned(petition, form, at = Date.now()) {
  write(SESSION, KEY, { petition, given_name: form.given_name, email: form.email, form, at });
}

/**
 * Return what was signed under `petition` in the last thirty minutes, or null.
 *
 * Older data is deleted.
 */
export function signedOf(petition, now = Date.now()) {
  const signed = read(SESSION, KEY);
  if (!signed || !signed.form || signed.petition !== petition) return null;
  if (now - signed.at < KEPT_MS) return signed;
  remove(SESSION, KEY);
  return null;
}

/** Forget what was signed under `petition`, because it is confirmed. */
export function forgetSigned(petition) {
  const signed = read(SESSION, KEY);
  if (signed && signed.petition === petition) remove(SESSION, KEY);
}
