// All texts of the app are in the page in every language, so switching needs one tap and no
// network.

import { pluralize, interpolate } from "../lib/format.js";
import { getElement } from "../parts/get-element.js";
import { lang } from "../parts/page.js";

/** @import { Localized, Texts } from "../../../types/kiosk" */

/** @type {Record<string, Texts>} */
const catalog = JSON.parse(getElement(document, "#messages").textContent);

export const languages = Object.keys(catalog);
/**
 * What each language calls itself.
 *
 * @param {string} language
 * @returns {string}
 */
export const languageName = (language) => catalog[language].language;

/**
 * Whether a language is written from the left ("ltr") or from the right ("rtl").
 *
 * @param {string} language
 * @returns {string}
 */
export const languageDirection = (language) => catalog[language].direction;

/**
 * Return which of `tags` is nearest to `language`, as on the server: es-MX, es, or another es.
 *
 * @param {string[]} tags
 * @param {string} language
 * @returns {string | undefined}
 */
function nearest(tags, language) {
  const parts = language.split("-");
  const shorter = parts.map((_, at) => parts.slice(0, parts.length - at).join("-"));
  return shorter.find((tag) => tags.includes(tag)) || tags.find((tag) => tag.split("-")[0] === parts[0]);
}

/**
 * Return the app language that the browser's owner prefers most.
 *
 * @returns {string}
 */
export function preferredLanguage() {
  const matches = (navigator.languages || []).map((language) => nearest(languages, language));
  return matches.find(Boolean) || languages[0];
}

/**
 * Return the text `name` in the page's language, with `values` in its {braces}.
 *
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export const message = (name, values = {}) => interpolate(catalog[lang()][name], values);

/**
 * Return whether there is a text `name`. A newer server may send names this app does not know.
 *
 * @param {string} name
 * @returns {boolean}
 */
export const hasMessage = (name) => name in catalog[lang()];

/**
 * Return the plural form of the text `name` for the number `count`.
 *
 * @param {string} name
 * @param {number} count
 * @returns {string}
 */
export const pluralMessage = (name, count) => pluralMessageIn(lang(), name, count);

/**
 * Return the text `name` in a given language.
 *
 * @param {string} language
 * @param {string} name
 * @returns {string}
 */
export const messageIn = (language, name) => catalog[language][name];

/**
 * Return the plural form of the text `name` for the number `count`, in a given language.
 *
 * @param {string} language
 * @param {string} name
 * @param {number} count
 * @returns {string}
 */
export const pluralMessageIn = (language, name, count) =>
  pluralize(count, messageIn(language, `${name}_one`), messageIn(language, `${name}_many`), language);

/**
 * Return the text for the page's language from `texts`: the nearest, or else the first one.
 *
 * @template T
 * @param {Localized<T> | undefined} texts
 * @returns {T | ""}
 */
export const localized = (texts) => localizedIn(lang(), texts);

/**
 * Return the text for a given language from `texts`: the nearest, or else the first one.
 *
 * @template T
 * @param {string} language
 * @param {Localized<T> | undefined} texts
 * @returns {T | ""}
 */
export const localizedIn = (language, texts) =>
  (texts && (texts[nearest(Object.keys(texts), language) ?? ""] || Object.values(texts)[0])) || "";

/**
 * Return an event's title and place.
 *
 * @param {{ title: Texts, place: string, places?: Texts }} event
 * @returns {string}
 */
export const eventPlace = ({ title, place, places }) =>
  [localized(title), localized(places) || place].filter(Boolean).join(" · ");

/** @type {Record<string, string | null>} */
const ATTRIBUTES = { word: null, label: "aria-label", placeholder: "placeholder" };

/**
 * Fill in all texts in `root` marked data-word, data-word-label or data-word-placeholder.
 *
 * @param {ParentNode} root
 */
export function fillMessages(root) {
  for (const [kind, attribute] of Object.entries(ATTRIBUTES)) {
    const name = attribute ? `word-${kind}` : "word";
    for (const element of root.querySelectorAll(`[data-${name}]`)) {
      const value = message(element.getAttribute(`data-${name}`) ?? "");
      if (attribute) element.setAttribute(attribute, value);
      else element.textContent = value;
    }
  }
}
