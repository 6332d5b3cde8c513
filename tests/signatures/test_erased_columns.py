"""Tests that an erased signature keeps only what the privacy page says is kept permanently."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.privacy.register import NOT_PERSONAL
from campaign.privacy.supporters import LEFT
from campaign.sharing.models import ShareAssignment, ShareText
from campaign.signatures import erasure
from campaign.signatures.counting import statistics
from campaign.signatures.counting.aggregates import grouped_counts
from campaign.signatures.models import Signature
from campaign.signatures.queries import differences
from tests.factories.signatures import change, hatch_now, row, sign_and_hatch

AT = datetime(2026, 11, 3, 23, 59, 58, 123456, tzinfo=UTC)
NOON = AT.replace(hour=12, minute=0, second=0, microsecond=0)
FILLED = {
    "comment": "For my brother",
    "comment_shown": True,
    "comment_read_at": AT,
    "answers": {"why": "so"},
    "name_display": "full",
    "subscribe": True,
    "address_digest": b"\1" * 16,
    "held_reason": "hidden_field",
    "reviewed_at": AT,
    "rejected_at": AT,
    "reminders": 2,
    "waits_until": AT,
    "referrer_id": 7,
    "source": "t-abc123",
    "created_at": AT,
    "confirmed_at": AT,
    "hatched_at": AT,
}
INSTANTS = ("created_at", "confirmed_at", "hatched_at")
STAYS = {*LEFT, *NOT_PERSONAL["signature"].split()}
EMPTIED = [column for column in Signature.__table__.columns if column.name not in STAYS]


@pytest.fixture
def erased(petition):
    """The id of a signature with every field filled, after it was erased."""
    signature_id = sign_and_hatch(petition, lang="es")
    change(signature_id, **FILLED)
    write(erasure.erase_one, signature_id=signature_id)
    return signature_id


@pytest.mark.parametrize("column", EMPTIED, ids=lambda column: column.name)
def test_column_that_is_not_kept_is_empty(erased, column):
    assert getattr(row(erased), column.name) in (None, "", 0, False, {}, "counted")


def test_timestamps_keep_only_the_day(erased):
    left = row(erased)
    assert [getattr(left, name) for name in INSTANTS] == [NOON] * 3
    assert (left.state, left.number, left.evidence) == ("erased", 1, "email")


def test_figures_still_add_up(petition, erased):
    hatch_now()
    sign_and_hatch(petition, email="second@rosales.example", given_name="Teo")
    assert differences() == []
    kinds = statistics.counted_by_kind([petition.id])
    assert (kinds["country"], kinds["lang"]) == ({"": 1, "CA": 1}, {"": 1, "en": 1})
    assert (
        sum(hour.sure for hour in statistics.hours(statistics.counted_by_hour([petition.id]))) == 2
    )
    assert sum(grouped_counts("sources", [petition.id]).values()) == 2


def test_assigned_share_wording_is_deleted(petition):
    signature_id = sign_and_hatch(petition)

    def assign():
        text = ShareText(petition_id=petition.id, lang="en", body="Sign it", created_at=AT)
        db.session.add(text)
        db.session.flush()
        db.session.add(ShareAssignment(signature_id=signature_id, text_id=text.id, assigned_at=AT))

    write(assign)
    write(erasure.erase_one, signature_id=signature_id)
    assert db.session.scalars(select(ShareAssignment)).all() == []
