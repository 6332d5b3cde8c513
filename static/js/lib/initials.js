// A name as its first letters: "A. R.".

const LETTER = /^\P{M}\p{M}*/u;

// A letter may be several characters: an accent with no letter of its own, a pair of surrogates, a
// syllable of Hangul.
function firstLetter(name) {
  if (Intl.Segmenter) {
    const [first] = new Intl.Segmenter().segment(name);
    return first ? first.segment : "";
  }
  const [first = ""] = name.match(LETTER) || [];
  return first;
}

/** Return the initials of a name; a name of one word has one. */
export function initials(given, family, lang) {
  return [given, family]
    .map((name) => firstLetter(name.normalize("NFC").trim()).toLocaleUpperCase(lang))
    .filter(Boolean)
    .map((letter) => `${letter}.`)
    .join(" ");
}
