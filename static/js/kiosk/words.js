// All texts of the app are in the page in every language, so switching needs one tap and no
// network.

import { counted, fill } from "../lib/sentences.js";
import { lang } from "../parts/page.js";

const all = JSON.parse(document.getElementById("words").textContent);

export const languages = Object.keys(all);
/** What each language calls itself. */
export const nameOf = (language) => all[language].language;

/** Return the app language that the browser's owner prefers most. */
export function ofTheBrowser() {
  const read = (navigator.languages || []).map((each) => each.slice(0, 2));
  return read.find((each) => languages.includes(each)) || languages[0];
}

/** Return the text `name` in the page's language, with `values` in its {braces}. */
export const word = (name, values = {}) => fill(all[lang()][name], values);

/** Return whether there is a text `name`. A newer server may send names this app does not know. */
export const isWord = (name) => name in all[lang()];

/** Return the plural form of the text `name` for the number `n`. */
export const words = (name, n) =>
  counted(n, all[lang()][`${name}_one`], all[lang()][`${name}_many`], lang());

/** Return the text `name` in a given language. */
export const wordIn = (language, name) => all[language][name];

/** Return the text for the page's language from `texts`, or else the first one. */
export const local = (texts) => (texts && (texts[lang()] || Object.values(texts)[0])) || "";

/** Return an event's title and place. */
export const whereOf = ({ title, place, places }) =>
  [local(title), local(places) || place].filter(Boolean).join(" · ");

const TARGETS = { word: null, label: "aria-label", placeholder: "placeholder" };

/** Fill in all texts in `root` marked data-word, data-word-label or data-word-placeholder. */
export function label(root) {
  for (const [kind, attribute] of Object.entries(TARGETS)) {
    const name = attribute ? `word-${kind}` : "word";
    for (const element of root.querySelectorAll(`[data-${name}]`)) {
      const text = word(element.getAttribute(`data-${name}`));
      if (attribute) element.setAttribute(attribute, text);
      else element.textContent = text;
    }
  }
}
