"""Tests of the migration of old entries to updates, and of consenting supporters to subscribers."""

import runpy
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from campaign.extensions import db
from tests import databases
from tests.conftest import make_app

pytestmark = pytest.mark.both_databases

ENTRY = {"date": "2014-11-14", "title": "The search has to go on", "text": "Remains were found."}
AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
BEFORE = "0008"
MIGRATION = Path(__file__).parents[2] / "migrations/versions/20261125_updates_and_subscriptions.py"


@pytest.mark.parametrize("kind", databases.KINDS)
def test_entries_become_updates_and_consenting_supporters_become_subscribers(kind, tmp_path):
    app = make_app(databases.fresh(kind), tmp_path)
    with app.app_context():
        upgrade(revision=BEFORE)
        _fill()
        upgrade()
        with db.engine.connect() as connection:
            slugs = connection.execute(
                sa.text("select slug, state from campaign_update order by id")
            ).all()
            texts = dict(
                connection.execute(
                    sa.text("select lang, title from campaign_update_text where update_id = 1")
                ).all()
            )
            readers = connection.execute(
                sa.text(
                    "select email, lang, state, source, consent_text, signature_id from subscription"
                )
            ).all()
        assert [tuple(each) for each in slugs] == [
            ("the-search-has-to-go-on", "published"),
            ("the-search-has-to-go-on-2", "published"),
        ]
        assert texts == {"en": "The search has to go on", "fr": "Il faut chercher"}
        words = runpy.run_path(MIGRATION)["WORDING"]["fr"]
        assert [tuple(each) for each in readers] == [
            ("a@rosales.example", "fr", "active", "signature", words, 1)
        ]
        downgrade(revision=BEFORE)
        db.engine.dispose()


def _fill():
    with db.engine.begin() as connection:
        _insert(
            connection,
            "cause",
            id=1,
            slug="valley",
            state="published",
            palette="monarch",
            shape="monarch",
            created_at=AT,
        )
        for lang, title in (("en", ENTRY["title"]), ("fr", "Il faut chercher")):
            entries = [{**ENTRY, "title": title}] * 2
            _insert(
                connection,
                "cause_text",
                cause_id=1,
                lang=lang,
                title="Valley",
                summary="x",
                story="",
                updates=entries,
            )
        petition = {
            "id": 1,
            "cause_id": 1,
            "slug": "home",
            "state": "published",
            "goal": 0,
            "position": 0,
            "created_at": AT,
        }
        flags = {
            "confirmation": "email",
            "required_fields": [],
            "questions": [],
            "two_per_address": False,
            "original_lang": "en",
        }
        _insert(connection, "petition", **petition, **flags)
        _insert(connection, "petition_version", id=1, petition_id=1, number=1, created_at=AT)
        for id, (email, state, agreed) in enumerate(
            (("a", "counted", True), ("b", "pending", True), ("c", "counted", False)), 1
        ):
            _insert(connection, "signature", **_signature(id, email, state, agreed))


def _signature(id, name, state, agreed):
    texts = {
        "given_name": "A",
        "country": "",
        "postal_code": "",
        "comment": "",
        "held_reason": "",
        "name_display": "counted",
    }
    numbers = {
        "seat": 1,
        "mail_count": 1,
        "reminders": 0,
        "number": id if state == "counted" else None,
    }
    facts = {
        "id": id,
        "petition_id": 1,
        "cause_id": 1,
        "version_id": 1,
        "state": state,
        "evidence": "email",
        "lang": "fr",
    }
    times = {"created_at": AT, "confirmed_at": AT if state == "counted" else None}
    address = {"email": f"{name}@rosales.example", "email_digest": name.encode() * 16}
    return {
        **facts,
        **texts,
        **numbers,
        **times,
        **address,
        "answers": {},
        "comment_shown": False,
        "subscribe": agreed,
    }


def _insert(connection, table, **columns):
    """Insert a row as the tables were then: the current models do not matter."""
    types = {
        dict: sa.JSON(),
        list: sa.JSON(),
        datetime: sa.DateTime(timezone=True),
        bool: sa.Boolean(),
        bytes: sa.LargeBinary(),
    }
    shape = sa.table(
        table, *(sa.column(name, types.get(type(value))) for name, value in columns.items())
    )
    connection.execute(sa.insert(shape).values(**columns))
