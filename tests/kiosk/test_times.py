"""Tests of kiosk time limits, to the second, on a day when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign.extensions import load_for_update, write
from campaign.kiosk import pairing
from campaign.kiosk.jobs import alert_silent_kiosks
from campaign.kiosk.models import SILENT_AFTER, Kiosk
from campaign.kiosk.review.trust import MAX_LATE
from tests.factories.kiosks import AMALIA, give_code, iso_time, kiosk_of, make_tablet
from tests.factories.organizers import make_organizer

pytestmark = pytest.mark.usefixtures("awkward_time")

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def signer(initial):
    return {**AMALIA, "given_name": f"Odile {initial}"}


def move(tablet, **times):
    """Set `paired_at` or `expires_at` of a tablet."""
    kiosk_id = kiosk_of(tablet).id

    def change():
        kiosk = load_for_update(Kiosk, kiosk_id)
        for name, value in times.items():
            setattr(kiosk, name, value)

    write(change)


def test_pairing_code_is_good_for_a_quarter_of_an_hour(client, event, awkward_time):
    make_tablet(client, event, now=awkward_time - pairing.CODE_GOOD_FOR + SECOND)
    old = give_code(event, now=awkward_time - pairing.CODE_GOOD_FOR)
    answer = client.post("/kiosk/pairings", json={"code": old, "app": "1"})
    assert (answer.status_code, answer.json) == (410, {"error": "expired_code"})


def test_tablet_is_good_for_two_days_after_its_event(tablet, event, awkward_time):
    assert kiosk_of(tablet).expires_at == event.ends_at + pairing.GOOD_AFTER_EVENT
    assert event.ends_at > awkward_time
    assert tablet.campaign().json["kiosk"]["expires_at"] == iso_time(event.ends_at + 2 * DAY)


def test_signature_made_after_the_end_waits_for_review(awkward_time, tablet):
    move(tablet, paired_at=awkward_time - 9 * DAY, expires_at=awkward_time - HOUR)
    assert tablet.sign(fields=signer("A"), signed_at=awkward_time - HOUR - SECOND) == ("stored", "")
    assert tablet.sign(fields=signer("B"), signed_at=awkward_time - HOUR) == ("review", "expired")


def test_signature_may_arrive_three_days_after_the_end(awkward_time, tablet):
    move(tablet, paired_at=awkward_time - 9 * DAY, expires_at=awkward_time - MAX_LATE + SECOND)
    before = awkward_time - MAX_LATE - DAY
    assert tablet.sign(fields=signer("A"), signed_at=before) == ("stored", "")
    move(tablet, expires_at=awkward_time - MAX_LATE)
    assert tablet.sign(fields=signer("B"), signed_at=before) == ("review", "late")


def test_silence_is_reported_after_two_hours_and_once(awkward_time, tablet):
    make_organizer()
    tablet.sync(waiting=2, oldest=iso_time(awkward_time))
    assert write(alert_silent_kiosks, now=awkward_time + SILENT_AFTER - SECOND) == 0
    assert not kiosk_of(tablet).is_silent(awkward_time + SILENT_AFTER - SECOND)
    assert kiosk_of(tablet).is_silent(awkward_time + SILENT_AFTER)
    assert write(alert_silent_kiosks, now=awkward_time + SILENT_AFTER) == 1
    assert write(alert_silent_kiosks, now=awkward_time + 2 * SILENT_AFTER) == 0


def test_quota_counts_the_hour_in_which_people_signed(app, awkward_time, tablet, monkeypatch):
    monkeypatch.setitem(app.config, "KIOSK_HOURLY_QUOTA", 2)
    move(tablet, paired_at=awkward_time - DAY)
    hour = awkward_time.replace(minute=0)
    assert [tablet.sign(fields=signer(initial), signed_at=hour) for initial in "AB"] == [
        ("stored", "")
    ] * 2
    assert tablet.sign(fields=signer("C"), signed_at=awkward_time) == ("review", "quota")
    assert tablet.sign(fields=signer("D"), signed_at=hour - SECOND) == ("stored", "")


def test_today_begins_at_midnight_local_time_of_the_table(awkward_time, tablet, event):
    move(tablet, paired_at=awkward_time - 2 * DAY)
    midnight = datetime(2026, 11, 1, tzinfo=ZoneInfo(event.zone))
    tablet.sign(fields=signer("A"), signed_at=(midnight - SECOND).astimezone(UTC))
    tablet.sign(fields=signer("B"), signed_at=midnight.astimezone(UTC))
    assert tablet.sync().json["tally"]["today"] == 1
