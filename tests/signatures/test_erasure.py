"""Tests of erasing one signature, and all those of a petition some time after its end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from campaign.accounts.audit import COMMAND, entries
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures import erasure
from campaign.signatures.queries import differences
from tests.factories.organizers import make_organizer
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    hatch_now,
    link,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.together import together

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def end(petition, days_ago):
    at = utcnow() - days_ago * DAY
    write(
        lambda: db.session.execute(
            update(Petition)
            .where(Petition.id == petition.id)
            .values(opens_at=at - DAY, closes_at=at)
        )
    )


def test_petition_closed_by_hand_ended_then_and_not_with_its_last_signature(petition):
    sign_and_hatch(petition)
    closed = utcnow() - 2 * DAY
    write(
        lambda: db.session.execute(
            update(Petition)
            .where(Petition.id == petition.id)
            .values(state="closed", closed_at=closed)
        )
    )
    assert erasure.ended_at(petition_by_id(petition.id)) == closed


def test_counted_signature_stays_counted_without_personal_data(petition):
    signature = sign_and_hatch(petition, comment="For my brother", answers={"why": "so"})
    write(erasure.erase_one, signature_id=signature)
    hatch_now()
    signature_row = row(signature)
    assert (
        signature_row.state,
        signature_row.number,
        signature_row.given_name,
        signature_row.email,
        signature_row.comment,
        signature_row.answers,
    ) == (
        "erased",
        1,
        None,
        None,
        "",
        {},
    )
    assert differences() == []


def test_signature_leaving_the_tally_is_erased_afterwards(petition):
    signature = sign_and_hatch(petition)
    withdraw(signature)
    with pytest.raises(erasure.StillCounted):
        write(erasure.erase_one, signature_id=signature)
    hatch_now()
    write(erasure.erase_one, signature_id=signature)
    assert (row(signature).state, row(signature).number) == ("erased", None)
    assert differences() == []


def test_supporter_erases_by_the_link_which_then_opens_only_the_rest(client, petition):
    law = make_petition("law", cause_id=petition.cause_id)
    first, second = sign_and_hatch(petition), sign_and_hatch(law)
    answer = client.post(f"{link('mine', first)}/{first}/erase")
    assert (answer.status_code, answer.location) == (303, f"{link('mine', second)}?erased=1")
    assert client.get(link("mine", first)).status_code == 404
    page = client.get(answer.location).text
    assert "alert--success" in page
    assert page.count('class="mine-one"') == 1
    answer = client.post(f"{link('mine', second)}/{second}/erase")
    assert answer.location == "/en/signatures/erased"
    assert client.get(answer.location).status_code == 200
    assert differences() == []


def test_no_one_erases_another_persons_signature(client, petition):
    own, foreign = sign_and_hatch(petition), sign_and_hatch(petition, ODILE)
    assert client.post(f"{link('mine', own)}/{foreign}/erase").status_code == 404
    assert row(foreign).state == "counted"


def test_supporters_are_told_two_weeks_before_and_then_all_is_erased_in_batches(petition):
    make_organizer("owner", petition.cause_id, lang="es")
    sign_and_hatch(petition)
    sign_and_hatch(petition, ODILE)
    sign(petition, {**AMALIA, "email": "held@rosales.example"}, held_reason="hidden_field")
    end(petition, days_ago=10)
    write(erasure.set_retention, petition_id=petition.id, days=9)
    now = utcnow()
    assert write(erasure.anonymise_due, now=now) == 0
    assert write(erasure.warn_of_erasure, now=now) == 1
    assert write(erasure.warn_of_erasure, now=now) == 0
    assert [(kind, lang) for kind, _id, lang in queued_emails() if kind == "retention_notice"] == [
        ("retention_notice", "es")
    ]
    # Told late, they still have their two weeks.
    assert write(erasure.anonymise_due, now=now + 13 * DAY) == 0
    later = now + 15 * DAY
    assert write(erasure.anonymise, petition_id=petition.id, actor=COMMAND, now=later, limit=2) == 2
    assert write(erasure.anonymise_due, now=later) == 1
    assert write(erasure.anonymise_due, now=later) == 0
    assert {row.state for row in rows()} == {"erased"}
    assert [entry.action for entry in entries(action="retention")] == [
        "retention.erase",
        "retention.tell",
    ]
    assert differences() == []


def test_later_end_is_announced_again(petition):
    make_organizer()
    sign_and_hatch(petition)
    end(petition, days_ago=1)
    write(erasure.set_retention, petition_id=petition.id, days=10)
    assert write(erasure.warn_of_erasure, now=utcnow()) == 1
    end(petition, days_ago=-60)
    assert write(erasure.warn_of_erasure, now=utcnow() + 55 * DAY) == 0
    assert write(erasure.warn_of_erasure, now=utcnow() + 58 * DAY) == 1


def test_one_of_two_workers_tells_the_supporters(app, petition):
    make_organizer()
    sign_and_hatch(petition)
    end(petition, days_ago=10)
    write(erasure.set_retention, petition_id=petition.id, days=9)
    now = utcnow()
    assert sorted(together(app, [lambda: write(erasure.warn_of_erasure, now=now)] * 4)) == [
        0,
        0,
        0,
        1,
    ]
    assert len([kind for kind, _id, _lang in queued_emails() if kind == "retention_notice"]) == 1


def test_signature_made_after_the_erasing_is_announced_and_erased_too(petition):
    make_organizer()
    sign_and_hatch(petition)
    end(petition, days_ago=10)
    write(erasure.set_retention, petition_id=petition.id, days=9)
    now = utcnow()
    write(erasure.warn_of_erasure, now=now)
    later = now + 15 * DAY
    assert write(erasure.anonymise_due, now=later) == 1
    assert write(erasure.warn_of_erasure, now=later) == 0
    write(petition_life_cycle.reopen, row_id=petition.id, now=later)
    sign_and_hatch(petition, ODILE)
    end(petition, days_ago=10)
    assert write(erasure.warn_of_erasure, now=later) == 1
    assert write(erasure.anonymise_due, now=later + 13 * DAY) == 0
    assert write(erasure.anonymise_due, now=later + 15 * DAY) == 1
    assert write(erasure.warn_of_erasure, now=later + 16 * DAY) == 0
    assert {row.state for row in rows()} == {"erased"}
    assert differences() == []


def test_email_says_when_and_is_dropped_where_data_is_to_stay(app, petition):
    make_organizer()
    sign_and_hatch(petition)
    end(petition, days_ago=1)
    write(erasure.set_retention, petition_id=petition.id, days=10)
    write(erasure.warn_of_erasure, now=utcnow())
    queued = db.session.query(OutboxMessage).filter_by(kind="retention_notice").one()
    compose = app.extensions["mail_renderers"]["retention_notice"]
    message = compose(queued)
    assert "Bring them home" in message.subject
    assert "/organize/retention/home" in message.text
    write(erasure.set_retention, petition_id=petition.id, days=None)
    assert compose(queued) is None


def test_email_names_the_day_in_the_time_zone_of_the_campaign(app, petition):
    make_organizer()
    sign_and_hatch(petition)
    closes = datetime(2031, 1, 10, 3, tzinfo=UTC)
    write(
        lambda: db.session.execute(
            update(Petition).where(Petition.id == petition.id).values(closes_at=closes)
        )
    )
    write(erasure.set_retention, petition_id=petition.id, days=10)
    write(erasure.warn_of_erasure, now=closes + 10 * DAY - erasure.NOTICE_PERIOD)
    queued = db.session.query(OutboxMessage).filter_by(kind="retention_notice").one()
    message = app.extensions["mail_renderers"]["retention_notice"](queued)
    assert all("January 19, 2031" in text for text in (message.subject, message.text, message.html))
