"""Tests that a row is validated like the form under a petition, with the same results."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from campaign.imports.checking import BatchContext, Checker
from campaign.imports.columns import guess_columns
from campaign.imports.create import build_batch
from campaign.imports.files import read_file
from campaign.imports.sheet_numbers import read_serial, serial
from campaign.imports.values import ValueRefused, country, instant, is_day_first, yes_or_no
from campaign.organize.imports.labels import fault_text
from campaign.petitions.queries import SigningTerms
from campaign.signatures.forms import signature_form
from tests.factories.petitions import make_petition

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Toronto")
QUESTIONS = (
    {"name": "union", "type": "text", "label": {"en": "Union", "fr": "Syndicat"}, "required": True},
    {
        "name": "how",
        "type": "choice",
        "label": {"en": "How"},
        "choices": {"en": ["By post", "By hand"], "es": ["Por correo", "En mano"]},
    },
    {"name": "member", "type": "tick", "label": {"en": "Member"}},
)
RIGHT = {"given_name": "Ana", "country": "CA", "postal_code": "m5v2t6", "signed_at": "2026-11-20"}


def checker(required=(), questions=(), **changes):
    terms = SigningTerms(1, 1, "home", "open", 1, frozenset(required), tuple(questions), False)
    defaults = {
        "lang": "en",
        "country": "",
        "signed_at": NOW,
        "zone": ZONE,
        "closes_at": None,
        "now": NOW,
    }
    return Checker(terms, BatchContext(**{**defaults, **changes}))


def faults(typed, **of):
    return checker(**of).check(typed).faults


def form_faults(app, typed, required, questions=()):
    """Return the form's errors for the same data, without those about a missing email address."""
    questions = [
        {
            **question,
            "label": question["label"]["en"],
            "choices": [],
            "required": bool(question.get("required")),
        }
        for question in questions
    ]
    form_data = {**typed, **({} if typed.get("email") else {"email": "somebody@example.org"})}
    with app.test_request_context(method="POST", data=MultiDict(form_data)), force_locale("en"):
        form = signature_form(required, questions)
        form.validate()
        return {name: str(errors[0]) for name, errors in form.errors.items()}


NASTY = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "Ana",
            "ana@correo",
            "a@b.mx",
            "M5V 2T6",
            "m5v2t6",
            "06600",
            "x" * 81,
            "x" * 17,
            "x" * 501,
            "🦋",
            "1",
            "www.win.biz",
            "A\u0301\u0327na",
            "\u202eAna",
        ]
    ),
    # A code of invisible characters alone is nothing to the form. A row says that it is missing.
    st.text(st.characters(exclude_categories=("C", "Z")), max_size=30),
)


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    typed=st.fixed_dictionaries(
        {name: NASTY for name in ("given_name", "family_name", "email", "postal_code", "comment")}
    ),
    code=st.sampled_from(["", "CA", "MX", "AE", "ZZ"]),
    required=st.sets(st.sampled_from(["family_name", "country", "postal_code", "comment"])),
)
@example(
    typed={
        "given_name": "Ana",
        "family_name": "",
        "email": "",
        "postal_code": "000000000000¼ß",
        "comment": "",
    },
    code="",
    required={"country"},
)
def test_form_and_row_agree_on_every_value(app, typed, code, required):
    # This is what reading a file strips from a cell, and what a spreadsheet means by its first
    # character.
    typed = {name: text.strip().replace("\0", "").lstrip("='") for name, text in typed.items()} | {
        "country": code
    }
    typed = {name: text.strip() for name, text in typed.items()}
    checked = checker(required).check(typed)
    with app.test_request_context(), force_locale("en"):
        codes = {field: fault_text(field, fault) for field, fault in checked.faults.items()}
    expected = form_faults(app, typed, required)
    assert codes.keys() == expected.keys()
    # These errors are a row's own: countries may be names, comments have no character count, and
    # missing data is another person's.
    own = {
        field: ""
        for field in (
            "country",
            "comment",
            *(field for field, fault in checked.faults.items() if fault == "missing"),
        )
    }
    assert {**codes, **own} == {**expected, **own}


def test_custom_questions_are_validated_in_rows_too(app):
    of = {"questions": QUESTIONS}
    assert faults(RIGHT, **of) == {"answers-union": "missing"}
    assert faults(
        {
            **RIGHT,
            "answers-union": "x" * 501,
            "answers-how": "By pigeon",
            "answers-member": "maybe",
        },
        **of,
    ) == {
        "answers-union": "too_long",
        "answers-how": "choice",
        "answers-member": "tick",
    }
    answers = {"answers-union": " STUNAM ", "answers-how": "En mano", "answers-member": "sí"}
    assert checker(**of).check({**RIGHT, **answers}).supporter.answers == {
        "union": "STUNAM",
        "how": "By hand",
        "member": True,
    }


def test_valid_row_becomes_the_details_of_a_supporter(app):
    checked = checker().check(
        {
            **RIGHT,
            "email": "Ana <ana@correo.mx>",
            "subscribe": "X",
            "name_display": "In full",
            "lang": "Español",
            "sheet": "17",
            "row": "3",
        }
    )
    assert checked.faults == {}
    details = {
        name: getattr(checked.supporter, name)
        for name in ("given_name", "email", "country", "postal_code", "subscribe", "name_display")
    }
    assert details == {
        "given_name": "Ana",
        "email": "ana@correo.mx",
        "country": "CA",
        "postal_code": "M5V 2T6",
        "subscribe": True,
        "name_display": "full",
    }
    assert (checked.lang, checked.sheet, checked.row, checked.signed_at.isoformat()) == (
        "es",
        "17",
        "3",
        "2026-11-20T12:00:00-05:00",
    )


@pytest.mark.parametrize("box", ["subscribe", "tell_answer"])
def test_consent_to_emails_needs_a_checked_box_and_an_email_address(app, box):
    for changes, wants in (
        ({box: "x"}, False),
        ({"email": "a@b.mx"}, False),
        ({"email": "a@b.mx", box: "x"}, True),
    ):
        assert getattr(checker().check({**RIGHT, **changes}).supporter, box) is wants


def test_single_name_is_enough_where_two_are_asked_for(app):
    check = checker({"family_name"}).check
    names = {
        text: check({"full_name": text, "signed_at": ""}).supporter
        for text in ("Zora Quetzalli Ñuu", "Quetzalli Ñuu, Zora", "Zora")
    }
    assert [(name.given_name, name.family_name) for name in names.values()] == [
        ("Zora Quetzalli Ñuu", ""),
        ("Zora", "Quetzalli Ñuu"),
        ("Zora", ""),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"given_name": '=HYPERLINK("x")'}, {"given_name": "formula"}),
        ({"given_name": "x" * 2001}, {"given_name": "too_long"}),
        ({"signed_at": "2026-11-27"}, {"signed_at": "date_in_future"}),
        ({"signed_at": "31/02/2026"}, {"signed_at": "date"}),
        ({"signed_at": "0202-01-01"}, {"signed_at": "date_too_old"}),
        ({"signed_at": "soon"}, {"signed_at": "date"}),
        ({"state": "withdrawn"}, {"state": "not_counted"}),
        ({"lang": "de"}, {"lang": "lang"}),
        ({"name_display": "loud"}, {"name_display": "name_display"}),
    ],
)
def test_errors_that_only_files_can_have(app, changes, code):
    assert faults({**RIGHT, **changes}) == code


def test_apostrophe_of_our_own_exports_is_removed_again(app):
    assert (
        checker().check({**RIGHT, "comment": "'-5 degrees, and we came"}).supporter.comment
        == "-5 degrees, and we came"
    )


def test_zeros_that_a_spreadsheet_dropped_from_a_postal_code_are_restored(app):
    for country_code, typed, stored in (
        ("MX", "6600", "06600"),
        ("US", "501", "00501"),
        ("CA", "501", None),
        ("MX", "66", None),
    ):
        row = {**RIGHT, "country": country_code, "postal_code": typed}
        supporter = checker(from_spreadsheet=True).check(row).supporter
        assert (supporter and supporter.postal_code) == stored
        assert checker().check(row).faults == {"postal_code": f"postal_code:{country_code}"}


def test_signing_date_is_required_and_not_after_the_end(app):
    assert faults(RIGHT, closes_at=NOW - timedelta(days=9)) == {"signed_at": "date_after_end"}
    assert faults({"given_name": "Ana"}, signed_at=None) == {"signed_at": "missing"}


def test_countries_are_recognized_by_code_and_by_name_in_three_languages():
    for text in ("mx", "Mexico", "MÉXICO", "Mexique"):
        assert country(text, "") == "MX"
    assert (country("", "CA"), country("USA", ""), country("Royaume-Uni", "")) == ("CA", "US", "GB")
    with pytest.raises(ValueRefused):
        country("Narnia", "")


def test_dates_follow_the_chosen_format():
    def day(text, day_first=True):
        return instant(text, ZONE, day_first).date().isoformat()

    assert [
        day("3/4/2026"),
        day("3.4.26"),
        day("3/4/2026", day_first=False),
        day("13/4/2026", day_first=False),
        day("4/13/2026"),
    ] == [
        "2026-04-03",
        "2026-04-03",
        "2026-03-04",
        "2026-04-13",
        "2026-04-13",
    ]
    assert instant("2026-11-20T09:30:00+00:00", ZONE, True) == datetime(
        2026, 11, 20, 9, 30, tzinfo=UTC
    )
    assert (
        is_day_first(["3/4/2026", "20/4/2026"]),
        is_day_first(["4/20/2026"]),
        is_day_first(["3/4/2026", ""]),
    ) == (True, False, None)


def test_check_marks_are_recognized_as_people_write_them():
    assert [
        yes_or_no(text) for text in ("x", "✓", "Oui", "sí", "1", "", "-", "no", "0", "FALSE")
    ] == [True] * 5 + [False] * 5


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        (
            "given_name,family_name,email,postal_code,signed_at,sheet,row",
            ["given_name", "family_name", "email", "postal_code", "signed_at", "sheet", "row"],
        ),
        (
            "First Name,Last Name,E-mail address,ZIP,Newsletter",
            ["given_name", "family_name", "email", "postal_code", "subscribe"],
        ),
        (
            "Nombre,Apellidos,Correo electrónico,País,Código postal,Fecha",
            ["given_name", "family_name", "email", "country", "postal_code", "signed_at"],
        ),
        (
            "Prénom,Nom,Courriel,Pays,Code postal",
            ["given_name", "family_name", "email", "country", "postal_code"],
        ),
        ("Surname,Name,Syndicat,Shoe size", ["family_name", "given_name", "answers-union"]),
        ("Name,Name,Date", ["full_name", "signed_at"]),
        ("Nombre(s),Apellidos,E-mail (optional)", ["given_name", "family_name", "email"]),
    ],
)
def test_columns_are_guessed_from_their_names_in_three_languages(heading, fields):
    assert list(guess_columns(heading.split(","), QUESTIONS).values()) == fields


@given(
    run=st.integers(1, 10**6),
    number=st.integers(1, 100),
    place=st.integers(0, 8),
    digit=st.sampled_from("0123456789"),
)
def test_typo_in_a_serial_is_detected(run, number, place, digit):
    right = serial(run, number)
    assert read_serial(right.lower().replace("-", " ")) == (run, number)
    at = place % (len(right) - 1)
    if right[at].isdigit() and right[at] != digit:
        assert read_serial(right[:at] + digit + right[at + 1 :]) is None


@pytest.mark.parametrize(
    ("cells", "field"), [("Jalisco,counted", None), ("counted,Retenue", "state"), (",", "state")]
)
def test_region_column_is_not_mistaken_for_the_signature_state(app, cells, field):
    first, second = cells.split(",")
    table = read_file(
        f"Nombre,Apellidos,Estado\nAna,Torres,{first}\nEva,Torres,{second}\n".encode()
    )
    batch = build_batch(
        petition=make_petition(), organizer_id=None, name="a.csv", table=table, lang="es"
    )
    assert batch.mapping.get("2") == field
