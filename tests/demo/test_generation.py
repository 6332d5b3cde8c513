"""Tests of invented signatures, for demonstrations and benchmarks."""

from datetime import timedelta

import pytest

from campaign.demo import signers
from campaign.demo.signers import add_rows, invented_rows
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories.petitions import make_petition
from tests.factories.signatures import rows

pytestmark = pytest.mark.both_databases


def generated(petition, n, **options):
    options = {"seed": 7, "now": utcnow(), **options}
    return list(invented_rows(petition, petition.current_version.id, n, **options))


@pytest.mark.parametrize(("n", "sizes"), [(1, [1]), (5, [5]), (11, [5, 5, 1])])
def test_rows_come_in_batches_and_are_as_many_as_requested(petition, monkeypatch, n, sizes):
    monkeypatch.setattr(signers, "BATCH_SIZE", 5)
    assert [len(batch) for batch in generated(petition, n)] == sizes


def test_added_rows_are_confirmed_signatures_that_need_no_email(petition):
    [batch] = generated(petition, 40)
    assert write(add_rows, batch) == 40
    assert {row.state for row in rows()} == {"confirmed"}
    assert all(row.confirmed_at and row.email_digest and row.mail_count == 0 for row in rows())
    assert {row.comment_shown for row in rows()} == {False, True}


def test_existing_people_are_skipped(petition):
    [batch] = generated(petition, 20)
    write(add_rows, batch[:8])
    assert write(add_rows, batch) == 12
    assert len(rows()) == 20


def test_no_one_signed_before_the_petition_opened_or_after_now(app):
    now = utcnow()
    opened = now - timedelta(days=3)
    petition = make_petition(opens_at=opened)
    [batch] = generated(petition, 200, now=now)
    assert all(opened <= row["created_at"] <= now for row in batch)
    assert max(row["created_at"] for row in batch) - min(
        row["created_at"] for row in batch
    ) > timedelta(days=2)


def test_required_fields_of_the_petition_are_filled(app):
    petition = make_petition(required_fields=["family_name", "country", "comment"])
    [batch] = generated(petition, 100)
    assert all(row["family_name"] and row["country"] and row["comment"] for row in batch)
