// All that the app says lies in the page, in every language: one touch changes it, without a network.

import { counted, fill } from "../lib/sentences.js";
import { lang } from "../parts/page.js";

const all = JSON.parse(document.getElementById("words").textContent);

export const languages = Object.keys(all);
/** What each language calls itself. */
export const nameOf = (language) => all[language].language;

/** The language of ours that the browser's owner reads best. */
export function ofTheBrowser() {
  const read = (navigator.languages || []).map((each) => each.slice(0, 2));
  return read.find((each) => languages.includes(each)) || languages[0];
}

/** Return the sentence `name` in the language of the page, with `values` in its {braces}. */
export const word = (name, values = {}) => fill(all[lang()][name], values);

/** Whether there is a sentence `name`: a newer server may say what this app has no words for. */
export const isWord = (name) => name in all[lang()];

/** Return the sentence of `name` that goes with the number `n`. */
export const words = (name, n) =>
  counted(n, all[lang()][`${name}_one`], all[lang()][`${name}_many`], lang());

/** Return the sentence `name` in another language than that of the page. */
export const wordIn = (language, name) => all[language][name];

/** Return of `texts`, one for each language, that of the page or else the first. */
export const local = (texts) => (texts && (texts[lang()] || Object.values(texts)[0])) || "";

/** Return what an event is called and where it is. */
export const whereOf = ({ title, place, places }) =>
  [local(title), local(places) || place].filter(Boolean).join(" · ");

const TARGETS = { word: null, label: "aria-label", placeholder: "placeholder" };

/** Put the words in all of `root` that asks for them: data-word, data-word-label, data-word-placeholder. */
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
