"""Tests of a petition's versions: stored as signed, shown to the public, and migrated."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from campaign.extensions import db, write
from campaign.petitions.editing import change_form, change_targets
from campaign.petitions.handovers import change_handing
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from tests import databases
from tests.conftest import make_app
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import row, sign

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
QUESTION = {
    "name": "how",
    "type": "text",
    "required": False,
    "label": {"en": "How did you hear of us?"},
}
FORM = {
    "neutral_emails": False,
    "required_fields": [],
    "confirmation": "email",
    "two_per_address": False,
}


def versions_of(petition):
    db.session.rollback()
    return petition_by_id(petition.id).versions


def test_first_version_stores_everything_that_people_agree_to(petition):
    [first] = versions_of(petition)
    assert first.targets == [{"en": "The Senate of the Valley", "es": "El Senado del Valle"}]
    assert (first.questions, first.handed_names, first.handed_details) == ([], "shown", ["country"])


def test_each_kind_of_change_makes_one_version_and_signatures_keep_theirs(petition):
    signed = sign(petition)
    write(
        change_targets,
        petition_id=petition.id,
        revision=1,
        targets=[{"en": "The Mayor"}],
        now=utcnow(),
    )
    write(
        change_form, petition_id=petition.id, revision=2, questions=[QUESTION], now=utcnow(), **FORM
    )
    write(change_handing, petition_id=petition.id, names="full", details=["day"], now=utcnow())
    write(change_handing, petition_id=petition.id, names="full", details=["day"], now=utcnow())
    new_version(petition)
    versions = versions_of(petition)
    assert [each.number for each in versions] == [1, 2, 3, 4, 5]
    assert [each.targets[0]["en"] for each in versions] == [
        "The Senate of the Valley",
        *["The Mayor"] * 4,
    ]
    assert [len(each.questions) for each in versions] == [0, 0, 1, 1, 1]
    assert [each.handed_names for each in versions] == ["shown", "shown", "shown", "full", "full"]
    assert [each.text("en", "en").title for each in versions] == [
        *["Bring them home"] * 4,
        "Bring them home now",
    ]
    assert row(signed).version_id == versions[0].id


def test_public_page_links_to_what_earlier_supporters_saw(client, petition):
    assert "/versions/" not in client.get("/en/petitions/home").text
    write(
        change_targets,
        petition_id=petition.id,
        revision=1,
        targets=[{"en": "The Mayor"}],
        now=utcnow(),
    )
    page = client.get("/en/petitions/home").text
    assert "The Mayor" in page and 'href="/en/petitions/home/versions/1"' in page
    earlier = client.get("/en/petitions/home/versions/1").text
    assert "The Senate of the Valley" in earlier and "The Mayor" not in earlier
    assert 'content="noindex"' in earlier
    for nothing in (0, 2, 3, 2**40):
        assert client.get(f"/en/petitions/home/versions/{nothing}").status_code == 404


def test_draft_shows_no_version_in_public(client, app):
    make_petition(state="draft")
    assert client.get("/en/petitions/home/versions/1").status_code == 404


@pytest.mark.parametrize("kind", databases.KINDS)
def test_migrated_versions_say_what_people_were_told_then(kind, tmp_path):
    app = make_app(databases.fresh(kind), tmp_path)
    with app.app_context():
        upgrade(revision="0024")
        _fill()
        upgrade()
        with db.engine.connect() as connection:
            table = sa.table(
                "petition_version",
                *(sa.column(name) for name in ("petition_id", "number", "handed_names")),
                sa.column("targets", sa.JSON()),
                sa.column("handed_details", sa.JSON()),
            )
            found = [
                tuple(each)
                for each in connection.execute(
                    sa.select(table).order_by(table.c.petition_id, table.c.number)
                )
            ]
            texts = connection.scalars(
                sa.text("select title from petition_text order by version_id")
            ).all()
        mayor = [{"en": "The Mayor"}]
        assert found == [
            # Delivered as the sentence at the button said.
            (1, 1, "shown", mayor, ["country"]),
            # Delivered in full: only people who sign from now on are told so.
            (2, 1, "shown", mayor, ["country"]),
            (2, 2, "full", mayor, ["country", "day"]),
            # No one can have signed it.
            (3, 1, "full", mayor, ["country", "day"]),
        ]
        assert texts == ["Petition 1", "Petition 2", "Petition 3", "Petition 2"]
        downgrade(revision="0024")
        db.engine.dispose()


def _fill():
    flags = {
        "confirmation": "email",
        "required_fields": [],
        "questions": [],
        "two_per_address": False,
        "original_lang": "en",
    }
    plain = {
        "cause_id": 1,
        "goal": 0,
        "position": 0,
        "created_at": AT,
        "time_zone": "",
        "deliver_places": {},
        "revision": 1,
        "text_revision": 1,
    }
    wide = {"handed_names": "full", "handed_details": ["country", "day"]}
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
        for id, opened_at, handed in (
            (1, AT, {"handed_names": "shown", "handed_details": ["country"]}),
            (2, AT, wide),
            (3, None, wide),
        ):
            state = "published" if opened_at else "draft"
            _insert(
                connection,
                "petition",
                id=id,
                slug=f"p{id}",
                state=state,
                **({"opened_at": AT} if opened_at else {}),
                **plain,
                **flags,
                **handed,
            )
            _insert(connection, "target", petition_id=id, position=0, names={"en": "The Mayor"})
            _insert(connection, "petition_version", id=id, petition_id=id, number=1, created_at=AT)
            _insert(
                connection,
                "petition_text",
                version_id=id,
                lang="en",
                title=f"Petition {id}",
                summary="x",
                organisation="",
                body="x",
            )
        if connection.dialect.name == "postgresql":
            connection.execute(
                sa.text("select setval(pg_get_serial_sequence('petition_version', 'id'), 10)")
            )


def _insert(connection, table, **columns):
    """Insert a row as the tables were then: the current models do not matter."""
    types = {
        dict: sa.JSON(),
        list: sa.JSON(),
        datetime: sa.DateTime(timezone=True),
        bool: sa.Boolean(),
    }
    shape = sa.table(
        table, *(sa.column(name, types.get(type(value))) for name, value in columns.items())
    )
    connection.execute(sa.insert(shape).values(**columns))
