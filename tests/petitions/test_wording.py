"""Tests of the limits of organizers' wording, and of which text a reader gets."""

from dataclasses import fields

import pytest

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.petitions.editing import change_wording
from campaign.petitions.operations import clone_petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.wording import (
    STANDARD,
    TEXTS,
    Wording,
    WordingRefused,
    check_text,
    filled,
    wording_for,
)
from tests.factories.petitions import make_petition

pytestmark = pytest.mark.both_databases


def change(petition, version=None, **texts):
    return write(
        change_wording,
        petition_id=petition.id,
        version=version,
        texts=texts,
        sends_thanks=True,
    )


def wording_now(petition, lang):
    db.session.rollback()
    return wording_for(petition_in_any_state(petition.slug), lang)


def test_every_text_has_rules():
    assert tuple(TEXTS) == tuple(field.name for field in fields(Wording))


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("confirm_subject", "Hello {first_name}", "placeholder"),
        ("confirm_subject", "You are {number}", "placeholder"),
        ("after_signing", "Thank you, {name}", "placeholder"),
        ("thanks_text", "{{ config }}", "placeholder"),
        ("thanks_text", "{%% if x %%}", "placeholder"),
        ("thanks_text", "a } b", "placeholder"),
        ("thanks_text", "See https://evil.example/x", "link"),
        ("thanks_text", "See www.evil.example", "link"),
        ("thanks_text", "See evil.com", "link"),
        ("thanks_text", "Write to me@evil.example", "link"),
        ("thanks_text", "See ｅvil．com", "link"),
        ("confirm_subject", "Re: your order", "reply"),
        ("confirm_subject", "re : your order", "reply"),
        ("confirm_subject", "RE[2]: your order", "reply"),
        ("confirm_subject", "(Fwd: your order)", "reply"),
        ("confirm_subject", "RV: tu pedido", "reply"),
        ("confirm_subject", "Ｒｅ： your order", "reply"),
        ("confirm_subject", "{name}", "empty"),
        ("confirm_subject", "…!", "empty"),
        ("confirm_subject", "x" * 101, "length"),
        ("thanks_text", "x" * 1001, "length"),
    ],
)
def test_text_outside_the_limits_is_refused(name, text, code):
    with pytest.raises(WordingRefused) as refused:
        check_text(name, text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("confirm_subject", ""),
        ("confirm_subject", "{name}, one press is left 🦋"),
        ("confirm_subject", "Recall: the law of 2026"),
        ("confirm_subject", "Regresen con vida: confirma"),
        ("thanks_text", "Dear {name},\n\nyou are {number}. D.C. and St.John thank you, etc.\n<b>"),
        ("thanks_text", "شكرا {name}"),
        ("after_confirming", "You are {number}."),
        ("confirm_opening", "x" * 300),
    ],
)
def test_honest_text_is_accepted(name, text):
    check_text(name, text)


def test_reader_gets_the_nearest_variety_and_otherwise_the_standard(app):
    petition = make_petition()
    change(petition, es={"after_signing": "Gracias"}, en={"after_signing": "Thanks"})
    assert wording_now(petition, "es-MX").after_signing == "Gracias"
    assert wording_now(petition, "fr") == STANDARD
    assert wording_now(petition, "en") == Wording(after_signing="Thanks")


def test_empty_language_has_no_row_and_others_stay(app):
    petition = make_petition()
    change(petition, es={"after_signing": "Gracias"}, en={"after_signing": "Thanks"})
    change(petition, es={"after_signing": ""})
    db.session.rollback()
    rows = petition_in_any_state(petition.slug).wordings
    assert [(row.lang, row.after_signing) for row in rows] == [("en", "Thanks")]


def test_second_of_two_editors_is_told(app):
    petition = make_petition()
    change(petition, 1, en={"after_signing": "First"})
    with pytest.raises(EditConflict):
        change(petition, 1, en={"after_signing": "Second"})
    assert wording_now(petition, "en").after_signing == "First"


def test_refused_text_changes_nothing(app):
    petition = make_petition()
    with pytest.raises(WordingRefused):
        change(petition, en={"after_signing": "Fine", "thanks_text": "{unknown}"})
    assert wording_now(petition, "en") == STANDARD


def test_copy_has_the_wording(app):
    petition = make_petition()
    write(
        change_wording,
        petition_id=petition.id,
        version=None,
        texts={"en": {"thanks_text": "Hello"}},
        sends_thanks=False,
    )
    clone = write(clone_petition, petition_id=petition.id, slug="copy", cause_id=petition.cause_id)
    assert wording_now(clone, "en").thanks_text == "Hello"
    assert not petition_in_any_state("copy").sends_thanks


def test_placeholders_are_filled_and_a_value_is_not_read_again():
    assert filled("{name} {number}", name="{number}", number="7") == "{number} 7"
    assert Wording(confirm_subject="{name}!").with_values(["number"]) == STANDARD
