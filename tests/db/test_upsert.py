"""Tests of bulk inserts in one statement, read back exactly as SQLAlchemy's own."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from campaign.db.upsert import insert_all
from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from campaign.signatures.models import Signature
from campaign.signatures.signing.columns import submitted_columns
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, signature_command

pytestmark = pytest.mark.both_databases

table = Signature.__table__
ADDRESS_KEY = ("petition_id", "email_digest", "position_at_address")


@pytest.fixture
def row(app):
    """Return a function that creates signature columns, each with another email address."""
    now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    text = {**AMALIA, "given_name": "Ana"}
    defaults = submitted_columns(signature_command(make_petition(), text, now=now, lang="es"))

    def make(number, **columns):
        digests = {
            "email_digest": bytes([number] * 16),
            "person_digest": bytes([0, number, 255] * 5),
        }
        return {**defaults, **digests, **columns}

    return make


def insert(rows, **named):
    written = insert_all(db.session.connection(), table, rows, **named)
    return [tuple(item) for item in written]


def test_every_kind_of_value_is_read_back_unchanged(app, row):
    odd = {
        "given_name": 'O\'Brien "ñ" %s :x \\ ?',
        "comment": "línea\nشكرا 🦋",
        "answers": {"why": '"quoted"', "many": [1, None, True]},
        "subscribe": True,
        "address_digest": b"\x00\\x'\xff",
    }
    insert([row(1, **odd), row(2)])
    first, second = db.session.scalars(select(Signature).order_by(Signature.id))
    assert {name: getattr(first, name) for name in odd} == odd
    assert first.email_digest == bytes([1] * 16)
    assert (second.address_digest, second.answers, second.subscribe) == (None, {}, False)


@pytest.mark.parametrize("microsecond", [0, 7, 999_999])
def test_time_in_any_zone_is_found_by_its_instant(app, row, microsecond):
    moment = datetime(2026, 11, 2, 9, 30, 5, microsecond, timezone(timedelta(hours=-6)))
    insert([row(1, created_at=moment)])
    assert (
        db.session.scalar(select(Signature.created_at).where(Signature.created_at == moment))
        == moment
    )
    assert db.session.scalar(select(Signature.id).where(Signature.created_at < moment)) is None


def test_only_inserted_rows_are_returned_and_existing_ones_stay(app, row):
    [(first,)] = insert([row(1)], unless=ADDRESS_KEY, returning=("id",))
    written = insert(
        [row(1, given_name="Eva"), row(2), row(2)],
        unless=ADDRESS_KEY,
        returning=("id", "email_digest"),
    )
    assert [bytes(digest) for _, digest in written] == [bytes([2] * 16)]
    assert db.session.get(Signature, first).given_name == "Ana"


def test_hundreds_of_rows_keep_their_order(app, row):
    written = insert([row(number) for number in range(1, 250)], returning=("id", "email_digest"))
    assert [bytes(digest)[0] for _, digest in sorted(written)] == list(range(1, 250))


def test_empty_batch_sends_no_query(app):
    assert insert_all(None, OutboxMessage.__table__, []) == []
