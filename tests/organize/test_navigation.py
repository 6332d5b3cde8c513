"""Tests of the sidebar's numbers.

They cover the person's own causes, respect permissions, and are spelled out for screen readers.
"""

import pytest
from sqlalchemy import event

from campaign.extensions import db, write
from campaign.organize.core import navigation
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, change, sign, sign_and_hatch
from tests.page_parts import figures

SIGNATURES = {"signatures": 2}
REVIEW = {"held": 1, "comments": 1}
PUBLIC = {"petitions": 1, "events": 1}


@pytest.fixture
def cause_id(app):
    """A cause with one of each thing to count, and with things that must not count."""
    petition = make_petition()
    sign_and_hatch(petition, {**AMALIA, "comment": "Vivos"})
    sign_and_hatch(petition, {**AMALIA, "email": "b@rosales.example"})
    sign(petition, {**AMALIA, "email": "c@rosales.example"}, held_reason="no_proof")
    away = sign(petition, {**AMALIA, "email": "d@rosales.example"}, held_reason="no_proof")
    change(away, rejected_at=utcnow())
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    make_petition("over", cause_id=petition.cause_id, state="closed")
    make_event(cause_id=petition.cause_id)
    make_event("past", cause_id=petition.cause_id, days=-9)
    make_event("draft", cause_id=petition.cause_id, draft=True)
    hill = make_petition("far", cause_id=make_cause("hill").id)
    sign_and_hatch(hill)
    sign(hill, {**AMALIA, "email": "e@rosales.example"}, held_reason="no_proof")
    return petition.cause_id


@pytest.mark.parametrize(
    ("role", "numbers"),
    [
        ("owner", SIGNATURES | REVIEW | PUBLIC),
        ("reviewer", SIGNATURES | REVIEW | PUBLIC),
        ("exporter", SIGNATURES | PUBLIC),
        ("editor", PUBLIC),
        ("tabler", PUBLIC),
    ],
)
def test_each_role_sees_the_numbers_of_its_places(desk_of, cause_id, role, numbers):
    desk = desk_of(role, cause_id)
    counts = desk.get("/organize/rail.json").json
    assert {name: (figure, figures(label)) for name, (figure, label) in counts.items()} == {
        name: (str(number), [number]) for name, number in numbers.items()
    }
    page = desk.get("/organize/").text
    for name, (figure, label) in counts.items():
        # Once in the wide sidebar, once in the menu of a phone.
        assert page.count(f'data-sidebar-count="{name}" aria-hidden="true">{figure}</b>') == 2
        assert page.count(f'data-sidebar-count-text="{name}">{label}</span>') == 2
    assert page.count("data-sidebar-count=") == 2 * len(numbers)


def test_admin_sees_numbers_of_all_causes_and_no_zeros(desk_of, cause_id):
    counts = desk_of().get("/organize/rail.json").json
    assert {
        name: (figure, figures(label))
        for name, (figure, label) in counts.items()
        if name in ("signatures", "held")
    } == {"signatures": ("3", [3]), "held": ("2", [2])}
    write(
        lambda: (
            db.session.query(Signature).filter_by(state="held").update({"rejected_at": utcnow()})
        )
    )
    assert desk_of(email="x@kwan.example").get("/organize/rail.json").json["held"] == ["", ""]


def test_counting_stops_at_the_largest_number_shown(desk_of, cause_id, monkeypatch):
    monkeypatch.setattr(navigation, "MAX_SHOWN", 1)
    figure, label = desk_of().get("/organize/rail.json").json["held"]
    assert figure == "1+" and figure in label


def test_all_numbers_come_from_one_query(desk_of, cause_id, app):
    desk = desk_of("owner", cause_id)
    statements = []

    def listen(*arguments):
        statements.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    desk.get("/organize/rail.json")
    event.remove(db.engine, "before_cursor_execute", listen)
    assert (
        len(
            [
                entry
                for entry in statements
                if "free_number" in entry or "cause_tally" in entry or "petition" in entry
            ]
        )
        == 1
    )


def test_visitor_who_is_not_signed_in_sees_no_numbers(client):
    assert client.get("/organize/rail.json").status_code == 303


@pytest.mark.parametrize(
    ("count", "expected"), [(99_999, ("99,999", "99,999")), (1_249_705, ("1.2M", "1,249,705"))]
)
def test_very_large_number_is_short_on_screen_and_complete_in_its_label(app, count, expected):
    figure, full_number = expected
    with app.test_request_context("/en/"):
        number = navigation._sidebar_count(count, navigation.COUNTED["signatures"][2])
    assert number.figure == figure and full_number in number.label
