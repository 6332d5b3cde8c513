// What was typed into a petition's form, kept by the tab until it is signed.

import { read, remove, SESSION, write } from "./storage.js";

const MAX_AGE_MS = 24 * 60 * 60 * 1000;
const key = (petition) => `volante:draft:${petition}`;

export function saveDraft(petition, values, at = Date.now()) {
  write(SESSION, key(petition), { words: values, at });
}

/**
 * Return {field: text or list of texts}, or null.
 *
 * Phones restore tabs after weeks, so a draft expires after a day.
 */
export function loadDraft(petition, now = Date.now()) {
  const draft = read(SESSION, key(petition));
  return draft && draft.words && now - draft.at < MAX_AGE_MS ? draft.words : null;
}

export function deleteDraft(petition) {
  remove(SESSION, key(petition));
}
