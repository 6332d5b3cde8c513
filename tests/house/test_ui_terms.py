"""Tests that pages and emails use the words of docs/glossary.md, and none that these replaced."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

# Who reads a sentence decides whether it is covered: supporters, readers of emails, and the people
# at a table. A sentence is covered if any of these files has it.
COVERED = (
    "campaign/accounts/alert_texts.py",
    "campaign/embeds/",
    "campaign/events/",
    "campaign/kiosk/",
    "campaign/mail/",
    "campaign/montage/",
    "campaign/petitions/",
    "campaign/search/",
    "campaign/sharing/",
    "campaign/signatures/",
    "campaign/subscriptions/",
    "campaign/text/",
    "campaign/updates/",
    "campaign/web/",
    "templates/causes/",
    "templates/emails/",
    "templates/embeds/",
    "templates/errors/",
    "templates/events/",
    "templates/kiosk/",
    "templates/layouts/",
    "templates/mail/",
    "templates/montage/",
    "templates/petitions/",
    "templates/posters/",
    "templates/search/",
    "templates/sharing/",
    "templates/signatures/",
    "templates/subscriptions/",
    "templates/tables/",
    "templates/updates/",
    "templates/web/",
)
# Not covered yet: the workspace (campaign/organize, templates/organize and the components that only
# it uses), campaign/api, campaign/cli, campaign/exports and campaign/imports.

# A letter of the alphabet keeps its name: “at least one letter”.
RETIRED = {
    "en": re.compile(
        r"\b((?<!least one )(?<!least two )letters?|e-mail\w*|kiosk(?! mode)|crews?|whoever|whomever|somebody|everybody|anew"
        r"|once more|meanwhile|all the same|just now|any more|for good|lately"
        r"|by (?:it|them)sel(?:f|ves)|stands|stood|erase[sd]?|erasing|fingerprint|wipe[sd]?"
        r"|let through|turn(?:ed)? away|thrown? away|pass(?:ed)? (?:it )?on|hand(?:ed)? over [a-z]+"
        r"|network address|shall|tick|click|hover\w*|counted only|staff PIN|tablers?|anybody)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(cartas?|encuentros?|actos?|bitácora|quioscos?|aparatos?|añad\w+|puls(?:a|ar|e|es)|papeles"
        r"|renglón|renglones|dueñ[oa]s?|los organizadores|los voluntarios|huella|met[ea]r\w*"
        r"|novedades|encend\w+|la retirada|bajo llave|de nuestra parte|todas y todos|vosotros"
        r"|solo contar|pásal[ao])\b|«",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b((?<!moins une )(?<!moins deux )lettres?|e-?mails?|rendez-vous|rencontres?|évènements?|bornes?|électronique|permanence"
        r"|relecture|organisateurs?|organisatrices|celles et ceux"
        r"|adresses? courriel|sous clé|empreinte|scanner|vous seul|d’une seule pression|mis dans votre"
        r"|faire passer|notre part)\b",
        re.IGNORECASE,
    ),
}


def is_covered(file: str) -> bool:
    return file.startswith(COVERED) and "organize" not in file


def retired_words(lang: str, text: str) -> list[str]:
    return [match.group() for match in RETIRED[lang].finditer(text)]


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("en", "Open that letter", ["letter"]),
        ("en", "It is in kiosk mode", []),
        ("en", "Give at least one letter", []),
        ("en", "Open the kiosk", ["kiosk"]),
        ("en", "Everyone can sign", []),
        ("es", "Abre la carta", ["carta"]),
        ("es", "Mesa de firmas en papel", []),
        ("fr", "L’équipe organisatrice vous répondra", []),
        ("fr", "Les organisateurs", ["organisateurs"]),
        ("fr", "Votre adresse courriel", ["adresse courriel"]),
    ],
)
def test_search_finds_retired_words_only(lang, text, words):
    assert retired_words(lang, text) == words


@pytest.mark.parametrize("lang", RETIRED)
def test_covered_sentences_use_no_retired_word(lang):
    found = {
        text: words
        for texts in covered_sentences(lang)
        for text in texts
        if (words := retired_words(lang, text))
    }
    assert found == {}


def test_every_covered_place_exists_and_many_sentences_are_covered():
    assert [place for place in COVERED if not (ROOT / place).exists()] == []
    assert len(covered_sentences("en")) > 1000


def covered_sentences(lang: str) -> list[tuple[str, ...]]:
    """Return the forms of each covered sentence in `lang`."""
    if lang == "en":
        forms = {ids[0]: ids for ids in extracted()}
    else:
        path = ROOT / f"campaign/translations/{lang}/LC_MESSAGES/messages.po"
        with path.open("rb") as file:
            catalog = read_po(file, locale=lang)
        forms = {_forms(m.id)[0]: _forms(m.string) for m in catalog if m.id}
    return [
        (ids[0], forms[ids[0]]) for ids, files in extracted().items() if any(map(is_covered, files))
    ]


@cache
def extracted() -> dict[tuple[str, ...], set[str]]:
    """Return {forms of a msgid: files that have it}."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, filename="babel.cfg")
    files: dict[tuple[str, ...], set[str]] = {}
    for file, _line, message, _comments, _context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS
    ):
        files.setdefault(_forms(message), set()).add(file)
    return files


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
