"""Tests of the emails that tablets cause: to signers, and about silent tablets."""

from datetime import timedelta

import pytest

from campaign.events.models import EventPetition
from campaign.extensions import db, load_for_update, write
from campaign.kiosk import pairing
from campaign.kiosk.jobs import alert_silent_kiosks
from campaign.kiosk.models import Kiosk
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from tests.factories.kiosks import AMALIA, iso_time, kiosk_of, make_table, make_tablet
from tests.factories.organizers import make_organizer
from tests.factories.petitions import make_petition
from tests.factories.signatures import hatch_now, link, queued_emails, rows, withdraw

OWN = {**AMALIA, "email": "amalia@rosales.example"}


@pytest.fixture
def written(app):
    """Return a function that returns the emails of a kind as the worker writes them now.

    A dropped email is None.
    """

    def written(kind):
        db.session.rollback()
        queued = (
            db.session.query(OutboxMessage).filter_by(kind=kind).order_by(OutboxMessage.id).all()
        )
        return [renderers_of(app)[kind](item) for item in queued]

    return written


def silent(event, tablet, ago, waiting):
    kiosk_id = kiosk_of(tablet).id

    def move():
        kiosk = load_for_update(Kiosk, kiosk_id)
        kiosk.waiting, kiosk.last_seen_at = waiting, utcnow() - ago

    write(move)


def test_email_address_given_at_the_table_gets_number_and_link(tablet, petition, written):
    tablet.sign(fields=OWN)
    hatch_now()
    [message] = written("signature_at_table")
    [signature] = rows()
    assert (message.to, message.lang) == (OWN["email"], "es")
    for body in (message.text, message.html):
        assert f"http://localhost{link('mine', signature.id, 'es')}" in body
        assert "1" in body and "http://localhost/es/petitions/home" in body
        assert "/signatures/table/" not in body
        assert "http://localhost/es/mine" in body


def test_email_about_a_neutral_petition_shows_nothing_in_an_inbox(tablet, petition, written):
    write(lambda: setattr(load_for_update(Petition, petition.id), "neutral_emails", True))
    tablet.sign(fields=OWN, lang="en", name_display="full")
    hatch_now()
    [message] = written("signature_at_table")
    assert not message.has_sender_name
    for word in ("amalia", "name", "sign", "number"):
        assert word not in message.subject.lower()
        assert word not in message.html.partition("mso-hide:all")[2].partition("</div>")[0].lower()


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_full_name_is_confirmed_by_the_link_in_that_email(client, tablet, written, lang):
    tablet.sign(fields=OWN, lang=lang, name_display="full")
    hatch_now()
    [message] = written("signature_at_table")
    [address] = {part for part in message.text.split() if "/signatures/table/" in part}
    path = address.removeprefix("http://localhost")
    page = client.get(path)
    assert page.status_code == 200 and "Amalia Rosales" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert rows()[0].name_display == "counted"
    for _ in range(2):
        assert client.post(path).status_code == 303
        [signature] = rows()
        assert (signature.name_display, signature.name_display_requested) == ("full", "")
    assert client.get(path).status_code == 303


def test_confirmation_link_opens_nobody_elses_signature(client, tablet, written):
    tablet.sign(fields=OWN, name_display="full")
    tablet.sign(
        fields={**OWN, "given_name": "Odile", "email": "odile@kwan.example"}, name_display="full"
    )
    first = written("signature_at_table")[0]
    [address] = {part for part in first.text.split() if "/signatures/table/" in part}
    path = address.removeprefix("http://localhost")
    own, other = (row.id for row in rows())
    assert client.get(path.replace(f"/{own}", f"/{other}")[:-1]).status_code == 404
    assert client.get(link("mine", own).replace("/mine/", "/table/")).status_code == 404
    client.post(path)
    assert [row.name_display for row in rows()] == ["full", "counted"]


def test_signing_several_petitions_at_once_sends_one_email(client, written):
    event, petition = make_table()
    second = make_petition("second", cause_id=petition.cause_id, confirmation="email_or_witness")
    write(
        lambda: db.session.add(EventPetition(event_id=event.id, petition_id=second.id, position=2))
    )
    tablet, at = make_tablet(client, event), utcnow()
    tablet.receipts(*(tablet.seal(slug, OWN, signed_at=at) for slug in ("home", "second")))
    hatch_now()
    [message] = written("signature_at_table")
    assert "/petitions/home" in message.text and "/petitions/second" in message.text


def test_no_email_is_sent_without_an_address(tablet):
    tablet.sign()
    assert queued_emails() == []


def test_confirmation_email_is_not_followed_by_a_second_one(client):
    event, _ = make_table(confirmation="email")
    make_tablet(client, event).sign(fields=OWN)
    assert [kind for kind, *_ in queued_emails()] == ["signature_confirmation"]


def test_withdrawn_signature_gets_no_email(tablet, written):
    tablet.sign(fields=OWN)
    withdraw(rows()[0].id)
    assert written("signature_at_table") == [None]


def test_owners_are_told_once_of_a_silent_tablet_and_not_after_it_reports(event, tablet, written):
    owner = make_organizer("owner", event.cause_id, email="owner@kwan.example")
    make_organizer("tabler", event.cause_id, email="tabler@kwan.example")
    silent(event, tablet, timedelta(minutes=90), 6)
    assert write(alert_silent_kiosks, now=utcnow()) == 0
    silent(event, tablet, timedelta(hours=2), 6)
    assert write(alert_silent_kiosks, now=utcnow()) == 1
    assert write(alert_silent_kiosks, now=utcnow()) == 0
    [message] = written("kiosk_silent")
    assert message.to == owner.email
    assert (
        "6" in message.subject and f"/organize/kiosks/tablets/{kiosk_of(tablet).id}" in message.text
    )
    tablet.sync(waiting=2, oldest=iso_time(utcnow()))
    assert written("kiosk_silent") == [None]
    silent(event, tablet, timedelta(hours=3), 2)
    assert write(alert_silent_kiosks, now=utcnow()) == 1


@pytest.mark.parametrize(
    ("waiting", "revoked", "days"), [(0, False, 0), (3, True, 0), (3, False, 5), (3, False, -5)]
)
def test_empty_or_absent_tablet_causes_no_email(client, waiting, revoked, days):
    event, _ = make_table(days=days)
    tablet = make_tablet(client, event)
    silent(event, tablet, timedelta(hours=5), waiting)
    if revoked:
        write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    assert write(alert_silent_kiosks, now=utcnow()) == 0
