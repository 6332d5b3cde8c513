"""Tests of the signing form: what it accepts, and which field shows which error."""

import unicodedata
from contextvars import Context

import pytest
from werkzeug.datastructures import MultiDict

from campaign.signatures.fields import ADDRESS_FAULTS, NAME_FAULTS, TOO_LONG, EmailField
from campaign.signatures.forms import MISSING, MISSING_ANSWER, SupporterForm, signature_form
from tests.factories.signatures import AMALIA

SCALE = {
    "name": "scale",
    "type": "choice",
    "label": "How far?",
    "choices": (("near", "near"), ("far", "far")),
    "required": False,
}
WHY = {"name": "why", "type": "text", "label": "Why?", "choices": (), "required": False}
# The form's messages about names and email addresses, by code.
FAULTS = {
    **NAME_FAULTS,
    **ADDRESS_FAULTS,
    "no_first_name": MISSING["given_name"],
    "long_name": TOO_LONG,
    "no_address": EmailField.missing,
}
ADULT = {"name": "adult", "type": "tick", "label": "I am of age", "choices": (), "required": False}


@pytest.fixture
def fill(app):
    """Fill in the form of a petition and return it, validated.

    `required` and `questions` are the petition's.
    """

    def fill_in(form_data, required, questions, lang):
        with app.test_request_context(f"/{lang}/", method="POST", data=MultiDict(form_data)):
            form = signature_form(frozenset(required), questions)
            form.is_valid = form.validate()
            form.error_texts = {
                name: [str(error) for error in errors] for name, errors in form.errors.items()
            }
            return form

    def fill_apart(form_data, required=(), questions=(), lang="en"):
        return Context().run(fill_in, form_data, required, questions, lang)

    return fill_apart


def test_complete_form_passes_and_its_text_is_clean(fill):
    form = fill(
        {**AMALIA, "given_name": "  Amalia \t María ", "postal_code": "m5v2t6", "subscribe": "y"}
    )
    assert form.is_valid
    assert (form.given_name.data, form.postal_code.data, form.subscribe.data) == (
        "Amalia María",
        "M5V 2T6",
        True,
    )
    assert form.email.address.normalized == "amalia@rosales.example"
    assert form.name_display.data == "counted"


def test_name_and_address_are_enough_where_the_petition_requires_no_more(fill):
    form = fill({"given_name": "Li", "email": "li@wen.example"})
    assert form.is_valid
    empty = (form.family_name.data, form.country.data, form.postal_code.data, form.comment.data)
    assert empty == ("", "", "", "")


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("given_name", "", "no_first_name"),
        ("given_name", " \t ", "no_first_name"),
        ("given_name", "\u200b\u200b", "no_first_name"),
        ("given_name", "!!! 123", "no_letter"),
        ("given_name", "Ama\x00lia", "control"),
        ("family_name", "visit www.pills.example", "link"),
        ("family_name", "R" * 81, "long_name"),
        ("email", "", "no_address"),
        ("email", "amalia", "no_at"),
        ("email", "amalia@rosales", "no_domain_ending"),
        ("email", "amalia@ros ales.example", "spaces"),
        ("email", "a@b.example, c@d.example", "several"),
        ("email", "amalia@-rosales-.example", "domain"),
        ("email", "ama..lia@rosales.example", "local"),
        ("email", "a" * 250 + "@rosales.example", "too_long"),
    ],
)
def test_each_mistake_is_explained_at_its_field_only(fill, field, typed, fault):
    assert fill({**AMALIA, field: typed}).error_texts == {field: [str(FAULTS[fault])]}


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("country", "ZZ", ""),
        ("country", "Canada", ""),
        # An example of a valid value.
        ("postal_code", "1234", "H3Z 2Y7"),
        ("postal_code", "9" * 17, ""),
        ("comment", "x" * 501, ""),
        # How many characters are too many.
        ("comment", "x" * 543, "43"),
        ("name_display", "loud", ""),
    ],
)
def test_impossible_value_is_explained_at_its_field_with_a_hint(fill, field, typed, value):
    error_texts = fill({**AMALIA, field: typed}).error_texts
    assert list(error_texts) == [field]
    assert len(error_texts[field]) == 1
    assert value in error_texts[field][0]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("field", ["given_name", "email", "country"])
def test_error_is_in_the_readers_language(fill, field, lang):
    error_texts = [
        str(fill({**AMALIA, field: "?"}, lang=code).error_texts[field]) for code in ("en", lang)
    ]
    assert (error_texts[0] == error_texts[1]) == (lang == "en")


@pytest.mark.parametrize(
    "name",
    [
        "X",
        "O",
        "Ng",
        "李",
        "José-María",
        "D’Arcy",
        "O'Neill",
        "van der Ōe",
        "महेन्द्र",
        "عائشة",
        "R" * 80,
        "Å" * 80,
    ],
)
def test_names_of_all_kinds_pass(fill, name):
    assert fill({**AMALIA, "given_name": name, "family_name": name}).error_texts == {}


@pytest.mark.parametrize("chosen", [{}, {"name_display": ""}])
def test_supporter_without_a_choice_is_only_counted(fill, chosen):
    assert fill({**AMALIA, **chosen}).name_display.data == "counted"


def test_names_are_stored_composed(fill):
    taken_apart = unicodedata.normalize("NFD", "Zoë Nuñez")
    assert fill({**AMALIA, "given_name": taken_apart}).given_name.data == "Zoë Nuñez"


def test_eighty_accented_letters_fit_however_they_were_typed(fill):
    assert fill({**AMALIA, "given_name": unicodedata.normalize("NFD", "é" * 80)}).error_texts == {}


def test_letters_that_decompose_in_nfc_are_counted_as_they_are_stored(fill):
    form = fill({**AMALIA, "given_name": "\u0958" * 80})  # Each is two letters in NFC.
    assert form.error_texts == {"given_name": [str(TOO_LONG)]}


def test_comment_may_have_500_letters_and_any_browsers_line_breaks(fill):
    assert fill({**AMALIA, "comment": "x" * 500}).is_valid
    form = fill({**AMALIA, "comment": "First.\r\nSecond.\x00 "})
    assert form.comment.data == "First.\nSecond."
    assert fill({**AMALIA, "comment": "\r\n".join("x" * 250)}).error_texts == {}


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("CA", "m5v 2t6", "M5V 2T6"),
        ("CA", "M5V-2T6", "M5V 2T6"),
        ("MX", " 06700 ", "06700"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("", "whatever 7", "WHATEVER 7"),
        ("HK", "none", "NONE"),
    ],
)
def test_postal_codes_are_accepted_as_people_type_them(fill, country, typed, stored):
    form = fill({**AMALIA, "country": country, "postal_code": typed})
    assert (form.error_texts, form.postal_code.data) == ({}, stored)


def test_petition_can_require_more(fill):
    form = fill(
        {"given_name": "A", "email": "a@b.example"},
        required=("family_name", "country", "postal_code", "comment"),
    )
    assert form.error_texts == {
        name: [str(MISSING[name])] for name in ("family_name", "country", "postal_code", "comment")
    }


def test_postal_code_is_not_required_where_the_country_has_none(fill):
    form_data = {**AMALIA, "country": "HK", "postal_code": ""}
    assert fill(form_data, required=("postal_code",)).error_texts == {}


def test_invalid_required_field_has_one_error(fill):
    assert len(fill({**AMALIA, "country": "ZZ"}, required=("country",)).error_texts["country"]) == 1


def test_own_questions_are_answered_by_name(fill):
    form = fill(
        {**AMALIA, "answers-scale": "far", "answers-why": " Because\x00 ", "answers-adult": "y"},
        questions=(SCALE, WHY, ADULT),
    )
    assert form.is_valid
    assert form.answers() == {"scale": "far", "why": "Because", "adult": True}


def test_optional_questions_can_be_skipped(fill):
    form = fill(AMALIA, questions=(SCALE, WHY, ADULT))
    assert form.is_valid
    assert form.answers() == {"scale": "", "why": "", "adult": False}


@pytest.mark.parametrize("question", [SCALE, WHY, ADULT])
def test_required_question_says_so(fill, question):
    form = fill(AMALIA, questions=({**question, "required": True},))
    assert form.error_texts == {f"answers-{question['name']}": [str(MISSING_ANSWER)]}


@pytest.mark.parametrize(("name", "typed"), [("scale", "sideways"), ("why", "x" * 501)])
def test_invalid_answer_is_explained_at_its_question(fill, name, typed):
    form = fill({**AMALIA, f"answers-{name}": typed}, questions=(SCALE, WHY))
    assert list(form.error_texts) == [f"answers-{name}"]


def test_correction_form_asks_for_a_name_and_no_address(app):
    with app.test_request_context("/en/", method="POST", data={"family_name": "Rosales"}):
        form = SupporterForm.sent()
        assert not form.validate()
        assert list(form.errors) == ["given_name"]


def test_answer_no_longer_offered_is_explained_in_the_readers_language(fill):
    gone = {**AMALIA, "answers-scale": "gone"}
    error_texts = [
        fill(gone, questions=(SCALE,), lang=lang).error_texts for lang in ("en", "es", "fr")
    ]
    assert [list(item) for item in error_texts] == [["answers-scale"]] * 3
    assert len({str(item["answers-scale"]) for item in error_texts}) == 3
    assert fill({**AMALIA, "answers-scale": "far"}, questions=(SCALE,)).is_valid
    assert fill(AMALIA, questions=(SCALE,)).is_valid
