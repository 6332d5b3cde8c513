// What was typed into an organizer's form, kept by the browser until it is saved. None of these
// forms contain supporters' data.

import { LOCAL, read, remove, write } from "./storage.js";

const KEPT_MS = 14 * 24 * 60 * 60 * 1000;
const key = (name) => `volante:writing:${name}`;

export function keepWriting(name, revision, words, at = Date.now()) {
  write(LOCAL, key(name), { revision, words, at });
}

/** Return {revision, words: {field: text}, at}, or null if nothing is kept or it is too old. */
export function writingOf(name, now = Date.now()) {
  const kept = read(LOCAL, key(name));
  return kept && kept.words && now - kept.at < KEPT_MS ? kept : null;
}

export function forgetWriting(name) {
  remove(LOCAL, key(name));
}
