"""Tests of the keys that tablets seal to.

They are encrypted at rest, rotated without losing what waits, and dropped when no longer needed.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.kiosk.models import KioskKey
from campaign.kiosk.records.key_pairs import (
    MIN_RETENTION,
    drop_keys,
    present_key,
    private_keys,
    rotate,
)
from campaign.kiosk.records.sealing import Unreadable, private_key
from campaign.process.clock import utcnow
from tests.factories.kiosks import AMALIA, kiosk_of, make_tablet

LATER = MIN_RETENTION + timedelta(days=1)


def renew():
    return write(rotate, now=utcnow())[0].uuid


def drop():
    return write(drop_keys, now=utcnow() + LATER)


def test_record_sealed_to_a_former_key_still_arrives(tablet):
    before = tablet.campaign()
    waiting = tablet.seal(key=before.json["key"])
    present = renew()
    assert tablet.campaign().headers["ETag"] != before.headers["ETag"]
    assert tablet.campaign().json["key"]["id"] == present
    assert (
        tablet.receipts(waiting, tablet.seal(fields={**AMALIA, "given_name": "Odile"}))
        == [("stored", "")] * 2
    )


def test_key_is_kept_while_a_tablet_may_have_records_sealed_to_it(tablet):
    waiting = tablet.seal(key=tablet.campaign().json["key"])
    renew()
    assert drop() == 0
    # It knows the new key, and still has a record.
    tablet.campaign()
    tablet.sync(waiting=1)
    assert drop() == 0
    assert tablet.receipts(waiting, waiting=1) == [("stored", "")]
    assert drop() == 0
    tablet.sync(waiting=0)
    assert write(drop_keys, now=utcnow()) == 0
    assert drop() == 1
    assert db.session.query(KioskKey).count() == 1


def test_key_is_kept_for_records_waiting_for_review(tablet):
    tablet.sign()
    tablet.sign()
    renew()
    tablet.campaign()
    tablet.sync(waiting=0)
    assert drop() == 0


def test_only_a_sync_tells_the_server_which_key_a_tablet_uses(tablet):
    key = tablet.campaign().json["key"]["id"]
    assert kiosk_of(tablet).key_id is None
    tablet.sync()
    assert kiosk_of(tablet).key_id == present_key().id
    renew()
    tablet.campaign()
    assert kiosk_of(tablet).key_id != present_key().id
    tablet.sync()
    tablet.sync(key=key)
    tablet.sync(key="nonsense")
    assert kiosk_of(tablet).key_id == present_key().id


def test_key_is_kept_for_a_tablet_that_fetched_it_and_never_synced_since(tablet):
    tablet.campaign()
    tablet.sync()
    tablet.sync()
    renew()
    waiting = tablet.seal(key=tablet.campaign().json["key"])
    renew()
    assert drop() == 0
    assert tablet.receipts(waiting) == [("stored", "")]


def test_previous_app_shows_its_key_by_what_it_sends(tablet):
    waiting = tablet.seal(key=tablet.campaign().json["key"])
    renew()
    new = tablet.seal(key=tablet.campaign().json["key"], fields={**AMALIA, "given_name": "Odile"})
    assert tablet.receipts(waiting, key=None) == [("stored", "")]
    tablet.sync(key=None)
    assert drop() == 0
    assert tablet.receipts(new, key=None) == [("stored", "")]
    tablet.sync(key=None)
    assert drop() == 1


def test_keys_are_kept_for_unused_tablets_only_while_they_can_collect(client, event, tablet):
    unused = make_tablet(client, event)
    renew()
    tablet.campaign()
    tablet.sync()
    tablet.sync()
    assert drop() == 0
    unused_kiosk = kiosk_of(unused)
    unused_kiosk.expires_at = (
        db.session.scalars(select(KioskKey).order_by(KioskKey.id)).first().created_at
    )
    db.session.commit()
    renew()
    tablet.campaign()
    tablet.sync()
    tablet.sync()
    # The first key is still kept, and the second was made after the unused tablet expired.
    assert drop() == 1


def test_private_key_opens_only_under_our_secret_and_its_own_name(
    migrated_app, tablet, monkeypatch
):
    key = present_key()
    assert private_key(key.uuid, key.sealed_private).public_key().public_bytes_raw() == bytes(
        key.public
    )
    with pytest.raises(Unreadable):
        private_key("another", key.sealed_private)
    monkeypatch.setitem(migrated_app.config, "SECRET_KEY", "another-secret-0123456789-0123456789")
    with pytest.raises(Unreadable):
        private_key(key.uuid, key.sealed_private)
    assert private_keys([key.uuid]) == {}
