"""Tests of the sweep: old settled messages are deleted, queued ones stay."""

from datetime import timedelta

import pytest

from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import sweep
from campaign.process.clock import utcnow

pytestmark = pytest.mark.both_databases


def _message(state, days):
    return OutboxMessage(
        kind="letter",
        subject_id=1,
        lang="en",
        state=state,
        attempts=0,
        created_at=utcnow() - timedelta(days=days),
    )


def test_only_settled_and_old_messages_are_deleted(app):
    db.session.add_all(
        [_message("sent", 40), _message("owed", 40), _message("dropped", 40), _message("sent", 2)]
    )
    db.session.flush()
    assert sweep(now=utcnow()) == 2
    left = sorted(
        (row.state, (utcnow() - row.created_at).days) for row in db.session.query(OutboxMessage)
    )
    assert left == [("owed", 40), ("sent", 2)]


def test_sweeping_nothing_is_fine(app):
    assert sweep(now=utcnow()) == 0
