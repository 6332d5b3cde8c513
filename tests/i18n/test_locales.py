"""Tests that pages, scripts and link previews use the same locale for each language."""

import json
import re
from pathlib import Path

from campaign.i18n.locales import PREFERRED_LOCALES

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "static/js"
FORMATS = SCRIPTS / "lib/format.js"
# Locales with a country, such as en_GB or fr-CA.
NAMED = re.compile(r"""["'](?:en|es|fr)[-_][A-Z]{2}["']""")


def test_scripts_have_the_locales_of_the_server():
    [listed] = re.findall(r"const LOCALES = \{ (.+) \};", FORMATS.read_text())
    of_scripts = json.loads(re.sub(r"(\w+): ", r'"\1": ', f"{{{listed}}}"))
    assert of_scripts == {lang: name.replace("_", "-") for lang, name in PREFERRED_LOCALES.items()}


def test_no_other_code_names_a_locale():
    python = set((ROOT / "campaign").rglob("*.py")) - {ROOT / "campaign/i18n/locales.py"}
    scripts = set(SCRIPTS.rglob("*.js")) - {FORMATS}
    assert [str(path) for path in sorted(python | scripts) if NAMED.search(path.read_text())] == []


def test_no_other_script_formats_numbers_or_names():
    formatting = re.compile(r"Intl\.(NumberFormat|DisplayNames|PluralRules)")
    assert [
        str(path)
        for path in sorted(set(SCRIPTS.rglob("*.js")) - {FORMATS})
        if formatting.search(path.read_text())
    ] == []
