"""Tests that values inside lazy translations stay text wherever they are shown."""

import ast
from functools import cache
from pathlib import Path

import pytest
from flask import flash, render_template_string
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from wtforms import Form, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import StopValidation

from campaign.i18n.locales import INTERFACE_LANGUAGES, locale_of

ROOT = Path(__file__).parents[2] / "campaign"
HOSTILE = '</select><b title="x">&\''
# It is in no catalogue, so it stays as it is.
SENTENCE = "→ %(cause)s ←"


@cache
def sentences():
    """Return {message: names of its values} of every lazy translation with values in the code."""
    found = {}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("_l", "lazy_gettext")
                and node.keywords
            ):
                found[node.args[0].value] = tuple(keyword.arg for keyword in node.keywords)
    return found


def hostile():
    return _l(SENTENCE, cause=HOSTILE)


def refuse(_form, _field):
    raise StopValidation(hostile())


@pytest.fixture
def page(app):
    with app.test_request_context("/en/"):
        yield render_template_string


@pytest.mark.parametrize("lang", INTERFACE_LANGUAGES)
def test_every_lazy_sentence_is_escaped_with_its_values(app, page, lang):
    assert len(sentences()) > 20
    with app.test_request_context("/en/"), force_locale(locale_of(lang)):
        for message, names in sentences().items():
            text = _l(message, **dict.fromkeys(names, HOSTILE))
            assert str(escape(text)) == str(escape(str(text))), message
            assert render_template_string("{{ text }}", text=text) == str(escape(str(text))), (
                message
            )


def test_choices_labels_hints_and_errors_of_fields_are_escaped(page):
    class Probe(Form):
        where = SelectField(
            hostile(), choices=[SelectChoice("a", hostile())], description=hostile()
        )
        which = RadioField(hostile(), choices=[SelectChoice("a", hostile())])
        name = StringField(
            hostile(), [refuse], description=hostile(), render_kw={"placeholder": hostile()}
        )

    form = Probe(data={"name": "x"})
    form.validate()
    shown = page(
        "{% for field in form %}{{ field.label }}{{ field() }}{{ field.description }}{{ field.errors[0] }}{% endfor %}"
        "{% for option in form.which %}{{ option.label }}{{ option() }}{% endfor %}",
        form=form,
    )
    assert "<b" not in shown
    assert shown.count("</select>") == 1
    assert shown.count("&lt;b title=") >= 9


def test_flash_message_is_escaped_once(page):
    flash(hostile())
    assert page("{{ get_flashed_messages()[0] }}") == str(escape(f"→ {HOSTILE} ←"))


def test_joined_and_formatted_sentences_are_escaped(page):
    for source in (
        '{{ "– " ~ text }}',
        '{{ [text, text]|join(", ") }}',
        '{{ "%s!"|format(text) }}',
        "{{ text|upper }}",
        "{{ text|trim }}",
    ):
        assert "<b" not in page(source, text=hostile()).lower(), source


def test_json_contains_the_plain_sentence(app, page):
    assert app.json.loads(app.json.dumps({"errors": [hostile()]})) == {"errors": [f"→ {HOSTILE} ←"]}
