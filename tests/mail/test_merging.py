"""Tests of rendering one template for many recipients."""

import pytest

from campaign.mail import composition
from campaign.mail.composition import render
from tests.mail.test_emails import ALL, CONTEXT, LANGUAGES

PERSONAL = (
    *("given_name", "shown_name", "confirm_url", "mine_url"),
    *("confirm_code", "spelled_code"),
)
OTHERS = {
    "given_name": "Ñusta <b>&\"'",
    "shown_name": "Ñusta Rodríguez-Villaseñor de la Concepción y Ruiz de Alarcón",
    "confirm_url": 'https://sign.example.org/es/signatures/confirm/2.a&b="c"',
    "mine_url": "https://sign.example.org/es/signatures/mine/2.d",
    "confirm_code": "0123-4567",
    "spelled_code": "0 1 2 3 4 5 6 7",
}


def merged(name, lang, values):
    shared = {key: value for key, value in CONTEXT.items() if key not in PERSONAL}
    return render(name, lang, personal=values, **shared)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_merged_email_is_that_of_a_template_rendered_for_one_person(app, name, lang):
    for values in (
        {key: CONTEXT[key] for key in PERSONAL},
        OTHERS,
        OTHERS | {"given_name": "", "shown_name": ""},
    ):
        assert merged(name, lang, values) == render(name, lang, **CONTEXT | values)


def test_template_is_rendered_once_for_all_recipients_of_a_pass(app, monkeypatch):
    rendered = []
    monkeypatch.setattr(
        composition, "_rendered", lambda *key: rendered.append(key) or _rendered(*key)
    )
    for number in range(5):
        email = merged(
            "signature_repeat", "en", OTHERS | {"mine_url": f"https://a.example/{number}"}
        )
        assert f"https://a.example/{number}" in email.text
    assert len(rendered) == 1


def test_value_cannot_bring_in_another_value(app):
    tag = composition.placeholder("confirm_url")
    email = merged("signature_repeat", "en", OTHERS | {"given_name": tag})
    assert OTHERS["confirm_url"] not in email.html
    assert OTHERS["confirm_url"] not in email.text


def test_link_that_is_shown_breaks_between_its_parts(app):
    email = merged("own_link", "en", OTHERS)
    assert 'mine/2.d"' in email.html
    assert "mine/<wbr>2.<wbr>d</a>" in email.html


_rendered = composition._rendered
