"""Tests of network fingerprints under a daily key that is deleted."""

from datetime import UTC, datetime, timedelta

from campaign.extensions import db, write
from campaign.signatures import tokens as signatures_tokens
from campaign.signatures.jobs import forget
from campaign.signatures.tokens import NetworkKey
from tests.factories.signatures import row, sign

DAY = datetime(2026, 9, 23, 12, tzinfo=UTC)
ADDRESS = "203.0.113.7"


def digest_at(now):
    return signatures_tokens.network_digest(ADDRESS, now=now)


def test_fingerprint_is_the_same_all_day_and_differs_the_next(app):
    midnight = DAY.replace(hour=0)
    assert digest_at(midnight) == digest_at(midnight + timedelta(hours=23, minutes=59))
    assert digest_at(midnight - timedelta(minutes=1)) != digest_at(midnight)


def test_processes_share_the_key_of_a_day(app):
    one = digest_at(DAY)
    signatures_tokens.forget_loaded(app)
    assert digest_at(DAY) == one
    # Two processes need it at once: the first one's key stays.
    assert write(signatures_tokens._create_key, DAY.date()) == signatures_tokens.key_of(DAY.date())


def test_keys_are_deleted_with_the_fingerprints(app, petition):
    days = app.config["ADDRESS_DAYS"]
    signature_id = sign(petition, now=DAY, network_digest=digest_at(DAY))
    write(forget, now=DAY + timedelta(days=days - 1), unconfirmed_days=100, address_days=days)
    assert row(signature_id).address_digest and db.session.get(NetworkKey, DAY.date())
    write(forget, now=DAY + timedelta(days=days + 1), unconfirmed_days=100, address_days=days)
    db.session.expire_all()
    assert row(signature_id).address_digest is None
    assert db.session.get(NetworkKey, DAY.date()) is None
