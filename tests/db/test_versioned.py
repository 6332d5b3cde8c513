"""Tests of the optimistic lock that every editable row has."""

import pytest
from sqlalchemy import select

from campaign.db.versioned import FIRST_VERSION, check_part, check_version, content_version
from campaign.errors import EditConflict
from campaign.extensions import db, load_for_update, load_for_update_or_none, write
from campaign.petitions.models import Petition
from tests.factories.petitions import make_petition

pytestmark = pytest.mark.both_databases


def change(petition_id, **columns):
    """Change a petition, and return its new version."""
    petition = load_for_update(Petition, petition_id)
    for name, value in columns.items():
        setattr(petition, name, value)
    db.session.flush()
    return petition.version


def test_each_change_of_a_row_gives_it_the_next_version(petition):
    before = petition.version
    assert write(change, petition.id, goal=5) == before + 1
    assert write(change, petition.id, goal=5) == before + 1, "nothing was changed"


def test_change_of_a_row_that_someone_else_has_changed_is_a_conflict(petition):
    def overtaken():
        row = load_for_update(Petition, petition.id)
        # As if another transaction had changed it, without the row lock.
        table = Petition.__table__
        db.session.execute(
            table.update().where(table.c.id == row.id).values(version=table.c.version + 1)
        )
        row.goal = 7

    with pytest.raises(EditConflict):
        write(overtaken)
    db.session.rollback()
    assert db.session.scalar(select(Petition.goal).where(Petition.id == petition.id)) != 7


def test_editors_of_two_parts_do_not_conflict(petition):
    def save(part, version):
        check_part(load_for_update(Petition, petition.id), part, version)

    write(save, "text", FIRST_VERSION)
    write(save, "goal", FIRST_VERSION)
    with pytest.raises(EditConflict):
        write(save, "text", FIRST_VERSION)
    write(save, "text", str(FIRST_VERSION + 1))
    # A command shows no form, and an open form notices what it changed.
    write(save, "text", None)
    with pytest.raises(EditConflict):
        write(save, "text", FIRST_VERSION + 2)


def test_version_that_no_row_has_is_a_conflict(petition):
    check_version(petition, str(petition.version))
    for shown in ("", "0", 0, "x"):
        with pytest.raises(EditConflict):
            check_version(petition, shown)


def test_content_version_changes_with_the_content():
    assert content_version({"a": 1, "b": 2}) == content_version({"b": 2, "a": 1})
    assert content_version(["a", "bc"]) != content_version(["ab", "c"])


def test_missing_row_cannot_be_locked(app):
    assert write(load_for_update_or_none, Petition, 9) is None
    made = make_petition()
    assert write(load_for_update_or_none, Petition, made.id).slug == made.slug
