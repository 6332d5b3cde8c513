// What was typed into an organizer's form, kept by the browser until it is saved. None of these
// forms contain supporters' data.

import { LOCAL, read, remove, write } from "./storage.js";

const MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;
const key = (name) => `volante:writing:${name}`;

export function saveLocalDraft(name, revision, values, at = Date.now()) {
  write(LOCAL, key(name), { revision, words: values, at });
}

/** Return {revision, words: {field: text}, at}, or null if nothing is kept or it is too old. */
export function loadLocalDraft(name, now = Date.now()) {
  const draft = read(LOCAL, key(name));
  return draft && draft.words && now - draft.at < MAX_AGE_MS ? draft : null;
}

export function deleteLocalDraft(name) {
  remove(LOCAL, key(name));
}
