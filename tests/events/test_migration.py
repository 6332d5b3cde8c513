"""Tests that a cause's simple event entries become events in a migration."""

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from campaign.extensions import db
from tests import databases
from tests.conftest import make_app

pytestmark = pytest.mark.both_databases

ENTRY = {
    "date": "2016-05-10",
    "hours": "19:00–20:45",
    "kind": "Talk",
    "title": "An evening",
    "place": "A hall",
}
FRENCH = {**ENTRY, "hours": "19 h à 20 h 45", "title": "Une soirée"}


@pytest.mark.parametrize("kind", databases.KINDS)
def test_plain_entries_become_events_with_their_text(kind, tmp_path):
    app = make_app(databases.fresh(kind), tmp_path)
    with app.app_context():
        upgrade(revision="0005")
        _fill()
        upgrade()
        with db.engine.connect() as connection:
            [event] = connection.execute(
                sa.text("select slug, state, town, ends_at > starts_at as later from event")
            )
            texts = dict(connection.execute(sa.text("select lang, title from event_text")).all())
        assert tuple(event) == ("valley-1", "published", "Toronto", True)
        assert texts == {"en": "An evening", "fr": "Une soirée"}
        downgrade(revision="0005")
        db.engine.dispose()


def _fill():
    cause = sa.table(
        "cause",
        *(sa.column(name) for name in ("id", "slug", "state", "palette", "shape", "created_at")),
    )
    text = sa.table(
        "cause_text",
        *(sa.column(name) for name in ("cause_id", "lang", "title", "summary", "story")),
        *(sa.column(name, sa.JSON()) for name in ("events", "updates")),
    )
    row = {
        "id": 1,
        "slug": "valley",
        "state": "published",
        "palette": "monarch",
        "shape": "monarch",
    }
    words = {"cause_id": 1, "title": "Valley", "summary": "x", "story": "", "updates": []}
    with db.engine.begin() as connection:
        connection.execute(sa.insert(cause).values(created_at=sa.func.current_timestamp(), **row))
        for lang, entry in (("en", ENTRY), ("fr", FRENCH)):
            connection.execute(
                sa.insert(text).values(lang=lang, events=[{**entry, "town": "Toronto"}], **words)
            )
