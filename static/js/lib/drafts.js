// What was typed into a form, kept by the browser until it is sent or saved.

import { LOCAL, read, remove, SESSION, write } from "./storage.js";

/** @import { FormValues } from "../../../types/forms" */
/** @import { StorageArea } from "./storage.js" */

/** @typedef {{ area: StorageArea, keyOf: (name: string) => string, maxAgeMs: number }} Kind */

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Drafts of an organizer's forms. None of these forms contain supporters' data.
 *
 * @type {Kind}
 */
export const ORGANIZER_DRAFTS = {
  area: LOCAL,
  keyOf: (name) => `volante:writing:${name}`,
  maxAgeMs: 14 * DAY_MS,
};

/**
 * Drafts of petition forms, kept by the tab. Phones restore tabs after weeks, so they expire.
 *
 * @type {Kind}
 */
export const PETITION_DRAFTS = {
  area: SESSION,
  keyOf: (petition) => `volante:draft:${petition}`,
  maxAgeMs: DAY_MS,
};

/**
 * Keep `values`, and `details` about them.
 *
 * @param {Kind} kind
 * @param {string} name
 * @param {FormValues} values
 * @param {{ revision?: string }} [details]
 */
export function saveDraft({ area, keyOf }, name, values, details = {}) {
  write(area, keyOf(name), { ...details, words: values, at: Date.now() });
}

/**
 * Return { words: values, at, ...details }, or null if nothing is kept or it is too old.
 *
 * @param {Kind} kind
 * @param {string} name
 * @returns {{ words: FormValues, at: number, revision?: string } | null}
 */
export function loadDraft({ area, keyOf, maxAgeMs }, name) {
  const draft = read(area, keyOf(name));
  return draft && draft.words && Date.now() - draft.at < maxAgeMs ? draft : null;
}

/**
 * @param {Kind} kind
 * @param {string} name
 */
export function deleteDraft({ area, keyOf }, name) {
  remove(area, keyOf(name));
}
