"""Tests that no visible text in a template is untranslated."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
JINJA = re.compile(
    r"{#.*?#}"
    r"|{%-?\s*trans\b.*?endtrans\s*-?%}"
    r"|{%-?\s*block \w+_attributes\s*-?%}.*?{%-?\s*endblock\s*-?%}"
    r"|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
READ_ALOUD = {"title", "alt", "aria-label", "aria-description", "placeholder", "label"}
WORD = re.compile(r"[^\W\d_]{2,}")
# These are the same in every language.
NAMES = {"Volante", "Facebook", "WhatsApp", "Telegram", "Bluesky", "Mastodon"}


class Words(HTMLParser):
    """Collect the text between tags, and in attributes that are read aloud."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self._silent = 0

    def handle_starttag(self, tag, attributes):
        self._silent += tag in ("style", "script")
        self.found += [value for name, value in attributes if name in READ_ALOUD and value]

    def handle_endtag(self, tag):
        self._silent -= tag in ("style", "script")

    def handle_data(self, data):
        if not self._silent:
            self.found.append(data)


def untranslated(source, is_html=True):
    """Return the text of a template outside its expressions."""
    # A character that is no letter and breaks no tag replaces Jinja's expressions.
    plain = JINJA.sub("\u00b7", source)
    reader = Words()
    if is_html:
        reader.feed(plain)
        reader.close()
    else:
        reader.found.append(plain)
    return [word for text in reader.found for word in WORD.findall(text) if word not in NAMES]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<p>{{ _("Sign") }}</p>', []),
        ("<p>Sign {{ name }}</p>", ["Sign"]),
        ('<img alt="A butterfly"><a title="{{ _("x") }}">', ["butterfly"]),
        ("{# A remark #}<style>p {color: red}</style>{% if you %}·{% endif %}", []),
        ("{% trans %}Sign{% endtrans %} now", ["now"]),
        ("<p{% if lang %} lang='{{ lang }}'{% endif %}>&middot;</p>", []),
    ],
)
def test_reader_finds_text_and_nothing_else(source, words):
    assert untranslated(source) == words


def test_no_page_or_email_has_text_outside_the_catalogues():
    found = {
        str(path.relative_to(TEMPLATES)): words
        for path in sorted(TEMPLATES.rglob("*.*"))
        if (words := untranslated(path.read_text(), path.suffix == ".html"))
    }
    assert found == {}


def test_no_script_contains_a_sentence():
    """Scripts take text from attributes. A capital and two words look like a sentence."""
    sentence = re.compile(r"""(["'`])[A-Z][a-z]+ [a-z]+[^"'`]*\1""")
    scripts = [path for path in (ROOT / "static/js").rglob("*.js") if "vendor" not in path.parts]
    found = {
        f"{path.relative_to(ROOT)}:{number}": line.strip()
        for path in scripts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if sentence.search(line.partition("//")[0]) and "Error(" not in line
    }
    assert scripts
    assert found == {}
