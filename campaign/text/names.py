"""Clean names and comments as people type them. Reject only what is clearly not a name."""

import re
from itertools import groupby, islice, zip_longest
from unicodedata import category, combining, normalize

from campaign.text.whitespace import in_one_line

# On one letter. Hebrew with vowel points and cantillation has five, Vietnamese two.
MAX_COMBINING_MARKS = 8


class NameRefused(ValueError):
    """A text that is not a name. `code` says why, so that the form can choose a message."""

    code = "name"


class NameIsEmpty(NameRefused):
    """The text is empty or only white space."""

    code = "empty"


class NameHasControls(NameRefused):
    """The text contains control characters."""

    code = "control"


class NameIsLink(NameRefused):
    """The text contains an email address or link: names must not be used to advertise."""

    code = "link"


class NameWithoutLetters(NameRefused):
    """The text has only digits, symbols or emoji."""

    code = "no_letter"


# Tab counts as white space. Other control characters and lone surrogates are not text.
_CONTROLS = re.compile(r"[\x00-\x08\n-\x1f\x7f-\x9f\ud800-\udfff]")

# Domain endings that advertisers use and that never follow a dot inside a name: "Ma.de Lourdes"
# and "St.John" are names. Short endings need two letters before the dot, to allow initials.
_LONG_ENDINGS = (
    "com net org info biz edu gov xyz top club shop store online site website web link click app"
    " dev live news blog page space fun vip bet casino loan icu cyou buzz mobi tel chat email"
)
_SHORT_ENDINGS = "ca cc cn co es eu fr gg gl io ly me mx ru tk tv uk us ws"
_LINK = re.compile(
    rf"""
    @ | :// | \bwww\d?\.
    | \w[.。][a-z]{{2,}}/
    | \w[.。](?:{_LONG_ENDINGS.replace(" ", "|")})(?![\w-])
    | \w\w[.。](?:{_SHORT_ENDINGS.replace(" ", "|")})(?![\w-])
    """,
    re.IGNORECASE | re.VERBOSE,
)

_BIDI_CONTROLS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_INVISIBLE = [0x00AD, 0x034F, 0x180E, 0x200B, *range(0x2060, 0x2066), *range(0x206A, 0x2070)]
_MARKERS = [0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]
# Letters that look blank: a name made of them would seem to be missing.
_BLANK_LETTERS = [0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0]
_REMOVED = dict.fromkeys([*_BIDI_CONTROLS, *_INVISIBLE, *_MARKERS, *_BLANK_LETTERS])

_JOINERS = ("\u200c", "\u200d")
_VIRAMA = 9  # canonical combining class
# The scripts of the Middle East and of South and South-East Asia, whose letters join.
_JOINING_LETTER = re.compile(
    "[\u0600-\u109f\u1780-\u18af\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefe\U00010a00-\U00011fff]"
)


def clean_name(text: str) -> str:
    """Return a name ready to store: NFC, trimmed, single spaces, no invisible characters.

    Zero-width joiners are kept where Persian or an Indic script needs them. The form checks the
    length. Raises NameIsEmpty, NameHasControls, NameIsLink or NameWithoutLetters.
    """
    text = text.strip()
    if _CONTROLS.search(text):
        raise NameHasControls(text)
    if not text.isascii():
        text = _composed(_without_stray_joiners(_composed(text.translate(_REMOVED))))
    text = " ".join(text.split())
    if not text:
        raise NameIsEmpty(text)
    if has_link(text):
        raise NameIsLink(text)
    if not any(map(str.isalpha, text)):
        raise NameWithoutLetters(text)
    return text


def has_link(text: str) -> bool:
    """Return whether mail programs or browsers would make a link of a part of the text."""
    return _is_link(text if text.isascii() else normalize("NFKC", text))


def _is_link(text: str) -> bool:
    # The first test is cheap and spares nearly every name the regular expression.
    return any(character in text for character in "@.。:") and _LINK.search(text) is not None


def _without_stray_joiners(text: str) -> str:
    if not any(joiner in text for joiner in _JOINERS):
        return text
    result: list[str]
    result, is_gap = [], False
    for character, following in zip_longest(text, text[1:], fillvalue=""):
        if character in _JOINERS:
            is_gap = not _is_joined("".join(result[-1:]), following)
        elif not combining(character):
            is_gap = False
        # A combining mark on a stray joiner must go with it.
        if not is_gap:
            result.append(character)
    return "".join(result)


def _is_joined(before: str, following: str) -> bool:
    """Return whether a joiner belongs here: after a virama, or between joining letters."""
    if before and combining(before) == _VIRAMA:
        return True
    return bool(_JOINING_LETTER.match(before) and _JOINING_LETTER.match(following))


def _composed(text: str) -> str:
    """Return the text in NFC, with at most MAX_COMBINING_MARKS marks on a letter.

    Letters under stacks of accents deface a page. Normalizing them takes quadratic time: a quarter
    of a megabyte would block the server for ten seconds. So marks are cut before normalizing, and
    again afterwards, because one mark can become two.
    """
    return _with_few_marks(normalize("NFC", _with_few_marks(text)))


def _with_few_marks(text: str) -> str:
    if not any(map(combining, text)):
        return text
    runs = groupby(text, key=lambda character: combining(character) > 0)
    return "".join(
        "".join(islice(run, MAX_COMBINING_MARKS if is_marks else None)) for is_marks, run in runs
    )


_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʹʻʼʽˈ′＇"))
_REMOVED_OR_JOINING = _REMOVED | dict.fromkeys(map(ord, _JOINERS))
# Letters that Unicode does not decompose, as people type them on a keyboard without them.
_LATIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
# The accents of Latin, Greek and Cyrillic, then the optional points of Hebrew and Arabic. Vowel
# marks of other scripts are kept, because they matter as much as letters.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670]"
)
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


def name_key(given: str, family: str) -> str:
    """Return the canonical form of a cleaned name, to compare people. Never show it.

    It is in lower case, without accents, apostrophes and punctuation. Single spaces separate the
    words, and the given name comes first.
    """
    name = f"{given} {family}".translate(_APOSTROPHES)
    if name.isascii():
        return _NOT_ALPHANUMERIC.sub(" ", name.lower()).strip()
    # Normalize twice, because case folding can compose again (Unicode, section 3.13, D146).
    name = normalize("NFKD", normalize("NFKD", name.translate(_REMOVED_OR_JOINING)).casefold())
    name = normalize("NFC", _ACCENTS.sub("", name).translate(_LATIN_LETTERS))
    return " ".join(
        "".join(character if _is_in_word(character) else " " for character in name).split()
    )


def _is_in_word(character: str) -> bool:
    return character.isalnum() or category(character)[0] == "M"


_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_MANY_BLANK_LINES = re.compile(r"\n{4,}")


def clean_text(text: str, lines: bool = True) -> str:
    """Return a comment ready to store: NFC, LF newlines, at most two blank lines in a row.

    Control characters and characters that reverse the text direction are removed. Joiners are
    kept, because emoji and many scripts need them. With `lines=False`, all is put on one line.
    """
    text = _NOT_TEXT.sub("", _NEWLINES.sub("\n", text))
    if not text.isascii():
        text = _composed(text)
    if not lines:
        return in_one_line(text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_BLANK_LINES.sub("\n\n\n", text).strip()
