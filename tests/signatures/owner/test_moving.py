"""Tests of signatures that move to a new email address."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from campaign.accounts.audit_models import AuditEntry
from campaign.extensions import db, write
from campaign.mail.renderers import renderers_of
from campaign.mailboxes import jobs, operations
from campaign.notices.models import Consent, ConsentText
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.jobs import forget
from campaign.signatures.owner.moving import count_signatures
from campaign.signatures.owner.operations import stop_answers
from campaign.signatures.queries import differences
from campaign.signatures.signing.repeats import REPEAT
from campaign.subscriptions.models import Subscription
from tests.factories import signatures
from tests.factories.letters import letters, make_letter_action, write_letter
from tests.factories.mailboxes import NEW, OLD, change, confirmed, mailbox, move
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    answer_now,
    confirm,
    forms,
    hatch_now,
    link,
    restore,
    row,
    rows,
    sign,
    sign_and_hatch,
    sign_unanswered,
    withdraw,
)

pytestmark = pytest.mark.both_databases
DAY = timedelta(days=1)


def settle():
    """Let the runner count and release, and check the tally."""
    hatch_now()
    hatch_now()
    assert differences() == []


def counted():
    return {each.id for each in rows() if each.state == "counted"}


def test_everything_signed_moves_and_nothing_else(petition):
    law = make_petition("law", cause_id=petition.cause_id)
    own = [sign_and_hatch(petition), sign_and_hatch(law)]
    other = sign_and_hatch(petition, ODILE)
    numbers = [row(each).number for each in own]
    move()
    for each, number in zip(own, numbers, strict=True):
        signature = row(each)
        assert signature.email == NEW
        assert signature.email_digest == tokens.email_digest(NEW)
        assert (signature.state, signature.number) == ("counted", number)
    assert row(other).email == ODILE["email"]
    settle()


def test_only_exactly_the_old_address_moves(petition):
    vera, other = "vera@yahoo.com", "vera-x9@yahoo.com"
    law = make_petition("law", cause_id=petition.cause_id)
    one, two = sign_and_hatch(petition, email=vera), sign_and_hatch(law, email=other)
    move(vera)
    assert row(one).email == NEW
    assert row(two).email == other


def test_second_person_who_writes_the_address_in_another_way_moves_up(shared_petition):
    first = sign_and_hatch(shared_petition, email="vera@yahoo.com")
    second = sign_and_hatch(shared_petition, TEO, email="vera-x9@yahoo.com")
    move("vera@yahoo.com")
    assert (row(first).email, row(first).position_at_address) == (NEW, 1)
    assert row(second).position_at_address == 1


def test_second_person_moves_while_the_first_writes_the_address_in_another_way(shared_petition):
    first = sign_and_hatch(shared_petition, email="vera-x9@yahoo.com")
    second = sign_and_hatch(shared_petition, TEO, email="vera@yahoo.com")
    assert row(second).position_at_address == 2
    move("vera@yahoo.com")
    assert (row(second).email, row(second).position_at_address) == (NEW, 1)
    assert (row(first).email, row(first).position_at_address) == ("vera-x9@yahoo.com", 1)


def test_only_one_who_stays_at_the_new_address_takes_the_first_position(shared_petition):
    sign_and_hatch(shared_petition, ODILE, email=NEW, postal_code=AMALIA["postal_code"])
    second = sign_and_hatch(shared_petition, TEO, email=NEW)
    withdraw(rows()[0].id)
    hatch_now()
    sign_and_hatch(shared_petition, TEO)
    move()
    settle()
    assert counted() == {second}
    assert {each.position_at_address for each in rows() if each.email == NEW} == {1, 2}


def test_another_way_to_write_the_same_address_changes_only_what_is_written(petition):
    signature_id = sign_and_hatch(petition, email="vera@yahoo.com")
    digest = row(signature_id).email_digest
    move("vera@yahoo.com", "Vera-News@yahoo.com")
    assert row(signature_id).email == "Vera-News@yahoo.com"
    assert row(signature_id).email_digest == digest
    settle()


def test_the_same_address_again_changes_nothing(petition):
    signature_id = sign_and_hatch(petition)
    move(OLD, OLD.upper())
    assert row(signature_id).email == OLD.upper()
    settle()


def test_older_signature_stays_and_the_other_is_withdrawn(petition):
    older = sign_and_hatch(petition)
    newer = sign_and_hatch(petition, email=NEW)
    move()
    settle()
    assert counted() == {older}
    assert row(older).email == NEW
    assert (row(newer).state, row(newer).email) == ("withdrawn", None)
    assert row(newer).hatched_at is None


def test_older_signature_stays_also_if_it_is_at_the_new_address(petition):
    older = sign_and_hatch(petition, email=NEW)
    newer = sign_and_hatch(petition)
    move()
    settle()
    assert counted() == {older}
    assert (row(newer).state, row(newer).email) == ("withdrawn", None)


def test_signature_set_aside_is_erased_like_any_withdrawn_one(petition):
    sign_and_hatch(petition)
    other = sign_and_hatch(petition, email=NEW)
    move()
    settle()
    write(forget, now=utcnow() + 15 * DAY, unconfirmed_days=14, address_days=30)
    assert row(other).state == "erased"
    settle()


def test_two_people_may_share_the_new_address_where_the_petition_allows_it(shared_petition):
    teo = sign_and_hatch(shared_petition, TEO, email=NEW)
    amalia = sign_and_hatch(shared_petition)
    move()
    settle()
    assert counted() == {teo, amalia}
    assert [row(each).position_at_address for each in (teo, amalia)] == [1, 2]


@pytest.mark.parametrize("postal_code", ["H3Z 2Y7", ""])
def test_two_people_of_different_places_do_not_share_it(shared_petition, postal_code):
    teo = sign_and_hatch(shared_petition, TEO, email=NEW, postal_code=postal_code)
    sign_and_hatch(shared_petition)
    move()
    settle()
    assert counted() == {teo}


def test_couple_moves_together(shared_petition):
    couple = {sign_and_hatch(shared_petition), sign_and_hatch(shared_petition, TEO)}
    move()
    settle()
    assert counted() == couple
    assert sorted(row(each).position_at_address for each in couple) == [1, 2]


def test_one_of_a_couple_had_signed_with_the_new_address(shared_petition):
    couple = [sign_and_hatch(shared_petition), sign_and_hatch(shared_petition, TEO)]
    again = sign_and_hatch(shared_petition, TEO, email=NEW)
    move()
    settle()
    assert counted() == set(couple)
    assert row(again).state == "withdrawn"
    assert sorted(row(each).position_at_address for each in couple) == [1, 2]


def test_third_person_finds_no_place(shared_petition):
    couple = {
        sign_and_hatch(shared_petition, email=NEW),
        sign_and_hatch(shared_petition, TEO, email=NEW),
    }
    third = sign_and_hatch(shared_petition, AMALIA | {"given_name": "Ines"})
    move()
    settle()
    assert counted() == couple
    assert row(third).state == "withdrawn"


def test_unconfirmed_signature_is_dropped(petition):
    law = make_petition("law", cause_id=petition.cause_id)
    kept, pending = sign_and_hatch(petition), sign(law)
    assert count_signatures(mailbox(OLD)) == 1
    move()
    assert row(pending) is None
    assert row(kept).email == NEW


def test_unconfirmed_signature_at_the_new_address_gives_way(petition):
    pending = sign(petition, email=NEW)
    own = sign_and_hatch(petition)
    move()
    settle()
    assert row(pending) is None
    assert row(own).email == NEW


def test_form_that_waits_beside_a_signature_is_dropped(petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    hatch_now()
    sign(petition, comment="Again")
    assert len(forms()) == 1
    move()
    assert forms() == []
    assert row(signature_id).email == NEW


def test_withdrawn_signature_moves_and_can_be_restored(petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    hatch_now()
    move()
    assert (row(signature_id).state, row(signature_id).email) == ("withdrawn", NEW)
    restore(signature_id)
    settle()
    assert counted() == {signature_id}


@pytest.mark.parametrize(("withdrawn", "kept"), [(OLD, NEW), (NEW, OLD)])
def test_counted_signature_stays_rather_than_a_withdrawn_one(petition, withdrawn, kept):
    ids = {email: sign_and_hatch(petition, email=email) for email in (withdrawn, kept)}
    withdraw(ids[withdrawn])
    hatch_now()
    move()
    settle()
    assert counted() == {ids[kept]}
    assert row(ids[kept]).email == NEW
    assert row(ids[withdrawn]).email is None


def test_rejected_signature_gives_way_to_a_counted_one(petition):
    rejected = sign_and_hatch(petition)
    signatures.change(rejected, state="held", held_reason="rejected", rejected_at=utcnow())
    other = sign_and_hatch(petition, email=NEW)
    move()
    settle()
    assert counted() == {other}
    assert row(rejected).email is None


def test_held_signature_stays_held(petition):
    signature_id = sign(petition)
    confirm(signature_id)
    signatures.change(signature_id, state="held", held_reason="rule")
    move()
    settle()
    assert (row(signature_id).state, row(signature_id).email) == ("held", NEW)


def test_signature_withdrawn_while_the_change_waits_stays_withdrawn(petition):
    signature_id = sign_and_hatch(petition)
    change_id = confirmed()
    withdraw(signature_id)
    settle()
    now = utcnow() + operations.OBJECTION_PERIOD
    assert write(operations.take_effect, change_id=change_id, now=now)
    settle()
    assert (row(signature_id).state, row(signature_id).email) == ("withdrawn", NEW)


def test_signing_again_with_the_new_address_is_a_repeat_and_with_the_old_one_is_not(petition):
    signature_id = sign_and_hatch(petition)
    move()
    sign(petition, email=NEW)
    assert [each.id for each in rows()] == [signature_id]
    sign(petition)
    assert len(rows()) == 2


def test_form_sent_with_the_old_address_before_the_move_becomes_a_new_signature(petition):
    sign_and_hatch(petition)
    sign_unanswered(petition, AMALIA)
    move()
    answer_now()
    settle()
    assert [each.state for each in rows()] == ["counted", "pending"]


def test_old_links_stop_and_new_ones_work(client, petition):
    signature_id = sign_and_hatch(petition)
    old = link("mine", signature_id)
    assert client.get(old).status_code == 200
    move()
    assert client.get(old).status_code == 404
    assert client.get(link("mine", signature_id)).status_code == 200


def test_receipt_keeps_its_page(client, petition):
    signature_id = sign_and_hatch(petition)
    receipt = link("hatched", signature_id)
    move()
    assert client.get(receipt).status_code == 200
    move(NEW, "third@nueva.example")
    assert client.get(receipt).status_code == 200
    assert client.get(link("hatched", signature_id)).status_code == 200


def stop_link(signature_id):
    return f"/en/signatures/answers/{tokens.token_for(tokens.STOP_ANSWERS, row(signature_id))}"


def test_link_to_stop_answers_in_emails_to_the_old_address_keeps_working(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    stop = stop_link(signature_id)
    move()
    move(NEW, "third@nueva.example")
    assert client.get(stop).status_code == 200
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert row(signature_id).tell_answer is False


@pytest.mark.parametrize("pressed", ["kept", "other"])
@pytest.mark.parametrize("emails", [(OLD, NEW), (NEW, OLD)])
def test_links_of_both_signatures_stop_answers_to_the_one_that_stays(
    client, petition, emails, pressed
):
    kept, other = (sign_and_hatch(petition, email=email, tell_answer=True) for email in emails)
    stops = {"kept": stop_link(kept), "other": stop_link(other)}
    move()
    settle()
    # The other one is erased long before people stop reading its emails.
    write(forget, now=utcnow() + 15 * DAY, unconfirmed_days=14, address_days=30)
    assert row(other).state == "erased"
    move(NEW, "third@nueva.example")
    assert row(kept).tell_answer is True
    assert client.get(stops[pressed]).status_code == 200
    assert client.post(stops[pressed]).status_code == 303
    assert row(kept).tell_answer is False


def test_link_to_stop_answers_no_longer_works_once_nobody_remembers_the_old_address(
    client, petition
):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    stop = stop_link(signature_id)
    move()
    write(operations.forget_old, now=utcnow() + operations.RETENTION)
    assert client.post(stop).status_code == 404
    assert row(signature_id).tell_answer is True


def answer_consents():
    query = select(Consent).where(Consent.purpose == "answer").order_by(Consent.id)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    return [(each.subject_id, each.text_id, each.given_at, each.withdrawn_at) for each in rows]


@pytest.mark.parametrize("is_counted", [True, False])
def test_wish_to_be_told_of_answers_follows_the_signature_that_stays(petition, is_counted):
    kept = sign_and_hatch(petition)
    other = sign(petition, email=NEW, tell_answer=True, lang="fr")
    confirm(other)
    if is_counted:
        hatch_now()
    given_at = row(other).created_at
    move()
    settle()
    assert (row(kept).state, row(kept).tell_answer) == ("counted", True)
    assert (row(other).state, row(other).tell_answer) == ("withdrawn", False)
    [(subject_id, text_id, *times)] = answer_consents()
    assert (subject_id, times) == (kept, [given_at, None])
    assert db.session.get(ConsentText, text_id).lang == "fr"
    write(forget, now=utcnow() + 15 * DAY, unconfirmed_days=14, address_days=30)
    assert len(answer_consents()) == 1


def test_wish_of_a_withdrawn_signature_does_not_follow(petition):
    other = sign_and_hatch(petition, email=NEW, tell_answer=True)
    withdraw(other)
    hatch_now()
    kept = sign_and_hatch(petition)
    move()
    assert row(kept).tell_answer is False


def test_person_who_stopped_emails_about_answers_later_gets_none(petition):
    kept = sign_and_hatch(petition, tell_answer=True)
    sign_and_hatch(petition, email=NEW, tell_answer=True)
    write(stop_answers, signature_id=kept, now=utcnow())
    move()
    assert row(kept).tell_answer is False


def test_person_who_asked_again_after_stopping_is_told(petition):
    kept = sign_and_hatch(petition, tell_answer=True)
    write(stop_answers, signature_id=kept, now=utcnow())
    sign_and_hatch(petition, email=NEW, tell_answer=True)
    move()
    assert row(kept).tell_answer is True


def test_wish_goes_to_the_signature_of_the_same_person(shared_petition):
    amalia, teo = sign_and_hatch(shared_petition), sign_and_hatch(shared_petition, TEO)
    sign_and_hatch(shared_petition, TEO, email=NEW, tell_answer=True)
    move()
    assert [row(each).tell_answer for each in (amalia, teo)] == [False, True]


def test_subscriptions_follow_the_signature_that_stays(petition):
    kept = sign_and_hatch(petition)
    other = sign_and_hatch(petition, email=NEW, subscribe=True)
    move()
    query = select(Subscription.signature_id)
    assert db.session.scalars(query).all() == [kept]
    assert row(other).state == "withdrawn"


def test_activity_log_says_that_and_not_to_where(petition):
    signature_id = sign_and_hatch(petition)
    move()
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "signatures.address")
    ).one()
    assert (entry.subject_id, entry.cause_id) == (signature_id, petition.cause_id)
    assert (entry.details, entry.reason, entry.address) == ({}, "", "")


def test_queued_emails_go_to_the_new_address(app, petition):
    signature_id = sign_and_hatch(petition)
    move()
    queued = SimpleNamespace(kind=REPEAT, subject_id=signature_id, lang="en")
    assert renderers_of(app)[REPEAT](queued).to == NEW


def test_letters_move_with_their_writer(app, client):
    signature_id = write_letter(make_letter_action(targets=2))
    hatch_now()
    old = row(signature_id).email
    before = [(each.id, each.state) for each in letters()]
    move(old)
    settle()
    assert row(signature_id).email == NEW
    assert [(each.id, each.state) for each in letters()] == before
    assert client.get(link("mine", signature_id)).status_code == 200


def test_two_mailboxes_move_to_the_same_one(petition):
    first = sign_and_hatch(petition)
    second = sign_and_hatch(petition, email="second@rosales.example")
    move()
    move("second@rosales.example")
    settle()
    assert counted() == {first}
    assert row(second).state == "withdrawn"


def test_worker_carries_out_each_change_once(petition):
    signature_id = sign_and_hatch(petition)
    change_id = confirmed(now=utcnow() - operations.OBJECTION_PERIOD)
    later = confirmed("odile@kwan.example")
    assert jobs.carry_out_changes(None) == 1
    assert jobs.carry_out_changes(None) == 0
    assert (change(change_id).state, change(later).state) == ("done", "waiting")
    assert row(signature_id).email == NEW
    settle()
