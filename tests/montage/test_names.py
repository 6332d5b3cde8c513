"""Tests of names in chunks: what supporters allowed, and nothing else."""

import pytest
from sqlalchemy import event

from campaign.extensions import db
from campaign.montage.names import butterfly, chunk, chunk_of
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    change,
    hatch_now,
    sign_and_hatch,
    withdraw,
)

pytestmark = pytest.mark.both_databases


def test_each_supporter_is_shown_as_they_chose(petition):
    sign_and_hatch(petition, AMALIA, name_display="full")
    sign_and_hatch(petition, ODILE, name_display="initials")
    sign_and_hatch(petition, {**TEO, "email": "teo@brandt.example"}, name_display="counted")
    chunk_found = chunk(petition.cause_id, 0, 3)
    assert [(entry.number, entry.name, entry.country) for entry in chunk_found.named] == [
        (1, "Amalia Rosales", "CA"),
        (2, "O. K.", "CA"),
    ]
    assert (chunk_found.first, chunk_found.last, chunk_found.counted_only, chunk_found.free) == (
        1,
        3,
        1,
        (),
    )


def test_comment_is_shown_only_after_approval(petition):
    row_id = sign_and_hatch(petition, AMALIA, name_display="full", comment="For my sister.")
    assert butterfly(petition.cause_id, 1).comment == ""
    change(row_id, comment_shown=True)
    assert butterfly(petition.cause_id, 1).comment == "For my sister."


def test_withdrawn_name_disappears_before_its_number_is_free(petition):
    row_id = sign_and_hatch(petition, AMALIA, name_display="full")
    sign_and_hatch(petition, ODILE, name_display="full")
    withdraw(row_id)
    chunk_found = chunk(petition.cause_id, 0, 2)
    assert [entry.number for entry in chunk_found.named] == [2]
    assert chunk_found.free == ()
    assert butterfly(petition.cause_id, 1) == "counted"
    hatch_now()
    assert chunk(petition.cause_id, 0, 2).free == (1,)
    assert butterfly(petition.cause_id, 1) == "free"


def test_there_is_no_chunk_after_the_last_butterfly(petition):
    assert chunk(petition.cause_id, 0, 0) is None
    assert chunk(petition.cause_id, 1, 1000) is None
    assert chunk(petition.cause_id, -1, 1000) is None
    assert chunk(petition.cause_id, 1, 1001).last == 1001


def test_the_thousandth_is_the_last_of_its_chunk():
    assert [chunk_of(number) for number in (1, 1000, 1001, 2000)] == [0, 0, 1, 1]


def test_chunk_needs_one_database_query(petition):
    sign_and_hatch(petition, AMALIA, name_display="full")
    db.session.rollback()
    queries = []
    listen = (db.engine, "before_cursor_execute", lambda *details: queries.append(details[2]))
    event.listen(*listen)
    try:
        chunk(petition.cause_id, 0, 1)
    finally:
        event.remove(*listen)
    assert len([entry for entry in queries if entry.lstrip().lower().startswith("select")]) == 1
