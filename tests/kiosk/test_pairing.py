"""Tests of pairing a device by a code that works once, for a quarter of an hour."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.events.models import Event
from campaign.extensions import db, write
from campaign.kiosk import codes, pairing
from campaign.kiosk.models import Kiosk
from campaign.kiosk.pairing import CODE_GOOD_FOR, UsedCode
from campaign.process.clock import utcnow
from campaign.text.typed_codes import spaced
from tests.factories.events import make_event
from tests.factories.kiosks import give_code, kiosk_of, long_ago, make_tablet
from tests.page_parts import figures
from tests.together import together


def ask(client, code, **options):
    answer = client.post("/kiosk/pairings", json={"code": code, "app": "1"}, **options)
    return answer.status_code, answer.json.get("error")


def test_code_has_eight_unambiguous_characters():
    code = spaced("K7M29QXW")
    assert code == "K7M2-9QXW"
    assert codes.read_code(" k7m2-9qxw ") == codes.read_code("K7M2 9QXW") == "K7M29QXW"
    assert not set("01ILOU") & set(codes.ALPHABET) - {"U"}


def test_code_is_not_stored_but_can_be_shown_again(app, event):
    code = write(pairing.new_code, event_id=event.id, now=utcnow())
    assert codes.code_of(code.seed) == codes.code_of(code.seed)
    assert len(codes.code_of(code.seed)) == 8
    assert codes.code_of(code.seed).encode() not in bytes(code.seed) + bytes(code.digest)


def test_device_is_paired_whatever_the_case_and_dashes_of_the_code(client, event):
    code = give_code(event, name="By the door")
    answer = client.post("/kiosk/pairings", json={"code": spaced(code).lower(), "app": "1"})
    assert answer.status_code == 201
    assert answer.json["name"] == "By the door"
    assert answer.json["secret"].startswith(answer.json["kiosk"])


def test_unnamed_tablets_are_numbered_in_the_events_own_language(client, event):
    names = []
    for lang in ("en", "es"):
        db.session.execute(update(Event).values(original_lang=lang))
        db.session.commit()
        names += [make_tablet(client, event).name for _ in range(2)]
    assert len(set(names)) == 4
    assert [figures(name) for name in names] == [[1], [2], [1], [2]]


def test_code_works_once_and_for_a_quarter_of_an_hour(client, event):
    used = give_code(event)
    assert ask(client, used) == (201, None)
    assert ask(client, used) == (410, "used_code")
    old = give_code(event, now=utcnow() - CODE_GOOD_FOR - timedelta(seconds=1))
    assert ask(client, old) == (410, "expired_code")
    for wrong in ("K7M2-9QXW", "", "é\0", "A" * 10_000):
        assert ask(client, wrong) == (404, "unknown_code"), wrong


def test_two_devices_using_a_code_at_once_pair_one(migrated_app, event):
    code = give_code(event)

    def pair():
        try:
            return write(pairing.pair, typed=code, now=utcnow())
        except UsedCode:
            return None

    paired = together(migrated_app, [pair] * 4)
    assert len([item for item in paired if item]) == 1
    assert db.session.query(Kiosk).count() == 1


def test_codes_cannot_be_guessed(client, event):
    from_afar = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
    answers = [ask(client, "K7M2-9QXW", **from_afar) for _ in range(31)]
    assert answers[:30] == [(404, "unknown_code")] * 30
    assert answers[30] == (429, "too_many")
    assert ask(client, give_code(event)) == (201, None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic {secret}"}, 401),
        ({"Authorization": "Bearer {secret}x"}, 401),
        ({"Authorization": "Bearer {secret}", "Origin": "https://elsewhere.example"}, 403),
        ({"Authorization": "bearer {secret}"}, 200),
    ],
)
def test_kiosk_is_authenticated_only_by_its_secret_and_never_cross_site(
    client, tablet, headers, status
):
    sent = {name: value.format(secret=tablet.secret) for name, value in headers.items()}
    assert client.post("/kiosk/sync", json={"records": []}, headers=sent).status_code == status


def test_secret_opens_nothing_else(client, tablet):
    for path in ("/organize/", "/organize/kiosks/"):
        assert client.get(path, headers=tablet.headers).status_code in (303, 404)


def test_kiosk_collects_until_two_days_after_the_event_unless_extended(tablet, event):
    kiosk = kiosk_of(tablet)
    assert kiosk.expires_at == event.ends_at + timedelta(days=2)
    write(pairing.extend, kiosk_id=kiosk.id, now=long_ago(0))
    assert kiosk_of(tablet).expires_at == event.ends_at + timedelta(days=3)


def test_pin_is_sent_as_a_digest_that_the_tablet_can_compute(tablet, event):
    assert tablet.campaign().json["pin"] is None
    write(pairing.set_pin, event_id=event.id, pin="204060", now=utcnow())
    write(pairing.set_pin, event_id=event.id, pin="135790", now=utcnow())
    pin = tablet.campaign().json["pin"]
    made = codes.pin_digest("135790", codes.from_base64(pin["salt"]), pin["iterations"])
    assert codes.to_base64(made) == pin["digest"]


def test_digest_of_a_pin_is_only_for_tablets_of_its_event(client, tablet, event):
    """Someone with the digest can find the PIN, so other tablets must not get it."""
    other = make_event("other", cause_id=event.cause_id)
    elsewhere, unset = (
        make_tablet(client, other),
        make_tablet(client, make_event("third", cause_id=event.cause_id)),
    )
    for event_id in (event.id, other.id):
        write(pairing.set_pin, event_id=event_id, pin="135790", now=utcnow())
    own, others = tablet.campaign().json["pin"], elsewhere.campaign().json["pin"]
    assert own["digest"] != others["digest"] and own["salt"] != others["salt"]
    assert unset.campaign().json["pin"] is None
    for headers in ({}, {"Authorization": f"Bearer {tablet.uuid}.wrong"}):
        answer = client.get("/kiosk/campaign.json", headers=headers)
        assert answer.status_code == 401
        assert own["digest"] not in answer.text
    for path in ("/kiosk/", "/en/events/fair", "/en/"):
        assert own["digest"] not in client.get(path).text
    write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    assert own["digest"] not in tablet.campaign().text
