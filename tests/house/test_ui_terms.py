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

# Values in a sentence are not part of its text, such as %(email)s.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# Some retired words have another meaning that is fine, such as the fingerprint of a finger.
RETIRED = {
    "en": re.compile(
        r"\b(e-mail\w*|kiosk|crews?|whoever|whomever|somebody|everybody|anew"
        r"|once more|meanwhile|all the same|just now|any more|for good|lately"
        r"|by (?:it|them)sel(?:f|ves)|stands|stood|erase[sd]?|erasing|(?<!your )fingerprint|wipe[sd]?"
        r"|let through|turn(?:ed)? away|thrown? away|pass(?:ed)? (?:it )?on|hand(?:ed)? over [a-z]+"
        r"|network address|shall|tick|click|hover\w*|counted only|staff (?:PIN|panel)|tablers?|anybody"
        r"|second factor|call(?:ed)? off|audit trail|ledger|rail|share messages?|turned (?:on|off) on"
        r"|kept for review|switch(?:ed|es|ing)? (?:it |this |something )?(?:on|off)"
        r"|campaigns?(?! for human rights)|imprints?)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(encuentros?|actos?|bitácora|quioscos?|aparatos?"
        r"|añad\w+|puls(?:a|ar|e|es|ó)|papeles"
        r"|renglón|renglones|dueñ[oa]s?|los organizadores|los voluntarios|(?<!tu )huella|met[ea]r\w*"
        r"|novedades|encend\w+|la retirada|bajo llave|de nuestra parte|todas y todos|vosotros"
        r"|solo contar|pásal[ao]|segundo factor|papel en el|aliados|la cuenta baja"
        r"|elimin\w+|interruptor(?:es)?|campañas?(?! de acción)|lista de no enviar)\b|«",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(e-?mails?"
        r"|rendez-vous|rencontres?|évènements?|bornes?|électronique|permanence"
        r"|relecture|organisateurs?|organisatrices|celles et ceux"
        r"|adresses? courriel|sous clé|(?<!votre )empreinte|scanner|balayez|vous seule?|d’une seule pression"
        r"|mis dans votre|faire passer|notre part|rejet\w*|mise? au rebut|clore|clôture|pour de bon"
        r"|pointage|second facteur|organisations?|interrupteurs?|campagnes?(?! d’action)"
        r"|montr(?:er?|ée?s?|ons|ent)|liste de non-envoi|condensés?)\b",
        re.IGNORECASE,
    ),
}


def retired_words(lang: str, text: str) -> list[str]:
    return [match.group() for match in RETIRED[lang].finditer(PLACEHOLDER.sub("", text))]


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("en", "Open the kiosk", ["kiosk"]),
        ("en", "Everyone can sign", []),
        ("en", "Send it to %(tablers)s", []),
        ("es", "Mesa de firmas en papel", []),
        ("fr", "L’équipe organisatrice vous répondra", []),
        ("fr", "Les organisateurs", ["organisateurs"]),
        ("fr", "Votre adresse courriel", ["adresse courriel"]),
    ],
)
def test_search_finds_retired_words_only(lang, text, words):
    assert retired_words(lang, text) == words


@pytest.mark.parametrize("lang", RETIRED)
def test_sentences_use_no_retired_word(lang):
    found = {text: words for text in sentences(lang) if (words := retired_words(lang, text))}
    assert found == {}


def test_emails_are_not_called_letters():
    """A letter is only what a supporter writes to a target, which separate emails are about."""
    found = {
        (file, form)
        for file, forms in extracted_by_file()
        if file.startswith(("templates/emails/", "campaign/mail/", "campaign/subscriptions/"))
        and "/letter" not in file
        for form in forms
        if re.search(r"\bletters?\b", PLACEHOLDER.sub("", form), re.IGNORECASE)
    }
    assert found == set()


@pytest.mark.parametrize("lang", RETIRED)
def test_all_sentences_are_checked(lang):
    assert len(sentences(lang)) > 2500


def sentences(lang: str) -> set[str]:
    """Return each sentence in `lang`, in all its forms."""
    if lang == "en":
        return {form for forms in extracted() for form in forms}
    path = ROOT / f"campaign/translations/{lang}/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=lang)
    return {form for message in catalog if message.id for form in _forms(message.string)}


@cache
def extracted() -> set[tuple[str, ...]]:
    """Return the forms of each msgid in templates and Python."""
    return {forms for _file, forms in extracted_by_file()}


@cache
def extracted_by_file() -> set[tuple[str, tuple[str, ...]]]:
    """Return (file, forms of a msgid) for each msgid in templates and Python."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, filename="babel.cfg")
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {(file, _forms(message)) for file, _line, message, _comments, _context in found}


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
