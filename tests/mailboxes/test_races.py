"""Tests of changes that happen at the same time as others, or as signing."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from campaign.errors import CampaignError
from campaign.extensions import db, write
from campaign.mailboxes import jobs, operations
from campaign.mailboxes.models import AddressChange
from campaign.mailboxes.parts import MailboxPart
from campaign.process.clock import utcnow
from campaign.signatures.queries import differences
from tests.factories.mailboxes import NEW, OLD, WEEK, change, changes, confirmed, request
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    ODILE,
    accept,
    answer_now,
    hatch_now,
    row,
    rows,
    sign_and_hatch,
    signature_command,
)
from tests.together import together

pytestmark = pytest.mark.both_databases


def due(old=OLD):
    """Request and confirm a change whose time has come, and return the id."""
    return confirmed(old, now=utcnow() - operations.OBJECTION_PERIOD)


def carry_out():
    return jobs.carry_out_changes(None)


def carry_out_all():
    while carry_out():
        pass


def settle():
    hatch_now()
    hatch_now()
    assert differences() == []


def test_two_workers_carry_out_a_change_once(app, petition):
    sign_and_hatch(petition)
    due()
    assert sum(together(app, [carry_out] * 3)) == 1
    assert [each.state for each in changes()] == ["done"]


def test_two_mailboxes_move_to_the_same_one_at_once(app, petition):
    law = make_petition("law", cause_id=petition.cause_id)
    for where in (petition, law):
        sign_and_hatch(where)
        sign_and_hatch(where, ODILE)
    due()
    due(ODILE["email"])
    together(app, [carry_out] * 4)
    carry_out_all()
    settle()
    assert [each.state for each in changes()] == ["done", "done"]
    counted = [(each.petition_id, each.email) for each in rows() if each.state == "counted"]
    assert sorted(counted) == sorted([(petition.id, NEW), (law.id, NEW)])


def test_signing_with_the_new_address_during_a_change(app, petition):
    signature_id = sign_and_hatch(petition)
    due()
    together(app, [carry_out, lambda: accept(signature_command(petition, email=NEW))])
    carry_out_all()
    answer_now()
    settle()
    assert [each.state for each in changes()] == ["done"]
    assert [(each.id, each.email) for each in rows()] == [(signature_id, NEW)]


def test_change_that_meets_a_new_signature_is_tried_again(app, petition, monkeypatch):
    sign_and_hatch(petition)
    change_id = due()
    errors = [IntegrityError("", {}, Exception())]

    def fail(_old, _new, *, now):
        if errors:
            raise errors.pop()

    parts = [*app.extensions["mailbox_parts"], MailboxPart(name="late", move=fail)]
    monkeypatch.setitem(app.extensions, "mailbox_parts", parts)
    assert carry_out() == 0
    assert change(change_id).state == "waiting"
    assert carry_out() == 1
    assert change(change_id).state == "done"


def test_one_change_that_fails_does_not_stop_the_others(app, petition, monkeypatch):
    sign_and_hatch(petition, ODILE)
    first, second = due(), due(ODILE["email"])

    def fail(old, _new, *, now):
        if old.email == OLD:
            raise IntegrityError("", {}, Exception())

    parts = [*app.extensions["mailbox_parts"], MailboxPart(name="late", move=fail)]
    monkeypatch.setitem(app.extensions, "mailbox_parts", parts)
    assert carry_out() == 1
    assert (change(first).state, change(second).state) == ("waiting", "done")


def test_stop_and_agree_at_once(app, petition):
    signature_id = sign_and_hatch(petition)
    change_id = confirmed()

    def press(operation):
        try:
            write(operation, change_id=change_id, now=utcnow())
        except CampaignError:
            return False
        return True

    together(app, [lambda: press(operations.stop), lambda: press(operations.agree), carry_out])
    carry_out_all()
    email = {"stopped": OLD, "done": NEW}[change(change_id).state]
    assert row(signature_id).email == email


def test_two_changes_are_confirmed_at_once(app, petition):
    # The second request replaces the first one, unless both arrive at the same time.
    first, second = request(), request(new="other@nueva.example")
    write(
        lambda: db.session.execute(update(AddressChange).values(state="requested", ended_at=None))
    )
    together(
        app,
        [
            lambda: write(operations.confirm_change, change_id=first, now=utcnow(), good_for=WEEK),
            lambda: write(operations.confirm_change, change_id=second, now=utcnow(), good_for=WEEK),
        ],
    )
    assert sorted(each.state for each in changes()) == ["replaced", "waiting"]


def test_two_confirmations_at_once(app, petition):
    change_id = request()
    confirm = [
        lambda: write(operations.confirm_change, change_id=change_id, now=utcnow(), good_for=WEEK)
    ]
    together(app, confirm * 3)
    assert [each.state for each in changes()] == ["waiting"]
