// A name as its initials: "A. R.".

const FIRST_CHARACTER = /^\P{M}\p{M}*/u;

// One letter may be several code points: a combining accent, a surrogate pair, a Hangul syllable.
/**
 * @param {string} name
 * @returns {string}
 */
function firstCharacter(name) {
  if (Intl.Segmenter) {
    const [first] = new Intl.Segmenter().segment(name);
    return first ? first.segment : "";
  }
  const [first = ""] = name.match(FIRST_CHARACTER) || [];
  return first;
}

/**
 * Return the initials of a name. A name of one word has one.
 *
 * @param {string} given
 * @param {string} family
 * @param {string} lang
 * @returns {string}
 */
export function initials(given, family, lang) {
  return [given, family]
    .map((name) => firstCharacter(name.normalize("NFC").trim()).toLocaleUpperCase(lang))
    .filter(Boolean)
    .map((character) => `${character}.`)
    .join(" ");
}
