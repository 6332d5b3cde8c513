"""Tests that every sentence is translated into every language."""

import ast
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
NO_BREAK = "\N{NO-BREAK SPACE}"
ADDRESS = re.compile(r"https?:\S+|\?source=")


@pytest.fixture(scope="module")
def extracted():
    """Return [(context or None, sentence, whether it has a plural)] of code and templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, filename="babel.cfg")
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return [
        (context, _text(message), isinstance(message, tuple)) for _, _, message, _, context in found
    ]


@pytest.fixture(scope="module")
def sentences(extracted):
    return {sentence for _, sentence, _ in extracted}


@pytest.fixture(scope="module", params=["es", "fr"])
def catalog(request):
    return _catalog(request.param)


def test_no_sentence_is_missing_from_a_catalogue_or_unused(catalog, sentences):
    known = {_text(message.id) for message in catalog if message.id}
    assert sentences - known == set()
    assert known - sentences == set()
    assert not catalog.obsolete


def test_every_sentence_is_collected():
    """Babel collects the sentences of calls that it knows by name. Others would stay English."""
    called = {
        getattr(node.func, "id", "")
        for path in (ROOT / "campaign").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    assert {name for name in called if name.endswith("gettext")} <= KEYWORDS.keys()


def test_no_sentence_with_a_context_is_used_with_and_without_a_plural(extracted):
    """Babel does not find the one without, because catalogues have the other: it stays English."""
    uses = {
        (context, sentence, has_plural) for context, sentence, has_plural in extracted if context
    }
    both = [use for use in uses if use[2] and (*use[:2], False) in uses]
    assert both == []


def test_every_sentence_is_translated(catalog):
    untranslated = [m.id for m in catalog if m.id and (m.fuzzy or not all(_forms(m.string)))]
    assert untranslated == []


def test_placeholders_agree(catalog):
    wrong = []
    for message in (m for m in catalog if m.id):
        wanted = {name for form in _forms(message.id) for name in PLACEHOLDER.findall(form)}
        for form in _forms(message.string):
            # The singular form of a plural may omit the number.
            given = set(PLACEHOLDER.findall(form))
            if not given <= wanted or (len(_forms(message.id)) == 1 and given != wanted):
                wrong.append((message.id, form))
    assert wrong == []


def test_french_spaces_its_marks_as_in_canada():
    """A no-break space before : and within « », and none before ; ! and ?."""
    wrong = []
    for message in (m for m in _catalog("fr") if m.id):
        wrong += [
            form
            for form in _forms(message.string)
            if re.search(rf"[^{NO_BREAK}][:»]|«[^{NO_BREAK}]|\s[;!?]|'", ADDRESS.sub("", form))
        ]
    assert wrong == []


def test_emails_leave_colons_to_their_sentences():
    """French puts a space before a colon, so the colon belongs to the translated text."""
    templates = (ROOT / "templates/emails").rglob("*.txt")
    assert [
        path.name for path in templates if re.search(r"\) \}\}:$", path.read_text(), re.MULTILINE)
    ] == []


def test_spanish_opens_its_questions():
    forms = [ADDRESS.sub("", form) for m in _catalog("es") if m.id for form in _forms(m.string)]
    assert [form for form in forms if form.count("?") != form.count("¿")] == []


def _catalog(lang):
    path = ROOT / f"campaign/translations/{lang}/LC_MESSAGES/messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=lang)


def _forms(text):
    return (text,) if isinstance(text, str) else tuple(text)


def _text(message_id):
    return _forms(message_id)[0]
