"""Tests of check-in at the entrance."""

import pytest

from campaign.events.check_in import CodeUnknown, NoSeat, check_in, undo_check_in
from campaign.events.codes import code_png, code_svg, new_code
from campaign.events.registration_search import numbers_of
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.text.typed_codes import read_code, spaced
from tests.factories.events import come, make_event, registration


def test_code_checks_in_once_and_can_be_undone(app):
    event = make_event()
    first = come(event, seats=3)
    code = registration(first).code
    came_at = write(check_in, event.id, code=spaced(code).lower(), now=utcnow()).checked_in_at
    assert write(check_in, event.id, code=code, now=utcnow()).checked_in_at == came_at
    assert numbers_of(event).came == 3
    write(undo_check_in, event.id, code=code)
    assert registration(first).checked_in_at is None
    assert numbers_of(event).came == 0
    db.session.rollback()


def test_code_of_another_event_or_without_a_seat_is_refused(app):
    event = make_event(capacity=1)
    other = make_event("other", cause_id=event.cause_id)
    seated, waits = come(event, "a"), come(event, "b")
    with pytest.raises(CodeUnknown):
        write(check_in, other.id, code=registration(seated).code, now=utcnow())
    with pytest.raises(NoSeat):
        write(check_in, event.id, code=registration(waits).code, now=utcnow())


def test_code_is_read_in_any_case_with_dashes_and_ambiguous_letters():
    assert read_code(" o1iL-ab c") == "0111ABC"
    assert len({new_code() for _ in range(100)}) == 100
    assert code_png("ABCDE12345").startswith(b"\x89PNG")
    svg = code_svg("ABCDE12345")
    assert svg.__html__().startswith("<svg") and "style=" not in svg
