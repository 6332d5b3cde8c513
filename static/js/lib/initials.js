// A name as its initials: "A. R.".

const LETTER = /^\P{M}\p{M}*/u;

// One letter may be several code points: a combining accent, a surrogate pair, a Hangul syllable.
function firstLetter(name) {
  if (Intl.Segmenter) {
    const [first] = new Intl.Segmenter().segment(name);
    return first ? first.segment : "";
  }
  const [first = ""] = name.match(LETTER) || [];
  return first;
}

/** Return the initials of a name. A name of one word has one. */
export function initials(given, family, lang) {
  return [given, family]
    .map((name) => firstLetter(name.normalize("NFC").trim()).toLocaleUpperCase(lang))
    .filter(Boolean)
    .map((letter) => `${letter}.`)
    .join(" ");
}
