"""Tests of a database that is locked or may not grow.

Nothing is half-written, and later everything works again.
"""

import sqlite3

import pytest
from flask_migrate import upgrade
from sqlalchemy import event

from campaign.extensions import db
from tests.conftest import make_app
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    link,
    post_signature,
    queued_emails,
    row,
    rows,
    sign,
)

SHORT_MS = 150


class Limits:
    """The settings of each new connection: lock timeout and maximum page count."""

    def __init__(self):
        self.pages = 0

    def tell(self, connection, _record):
        connection.execute(f"pragma busy_timeout={SHORT_MS}")
        if self.pages:
            connection.execute(f"pragma max_page_count={self.pages}")


@pytest.fixture
def limits():
    return Limits()


@pytest.fixture
def app(tmp_path, limits):
    """The application as the server runs it, on its own file, inside an application context."""
    app = make_app(f"sqlite:///{tmp_path / 'volante.sqlite3'}", tmp_path, SERVING=True)
    with app.app_context():
        upgrade()
        event.listen(db.engine, "connect", limits.tell)
        db.engine.dispose()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def holder(tmp_path, petition):
    """Another program with the file open."""
    connection = sqlite3.connect(tmp_path / "volante.sqlite3", isolation_level=None)
    yield connection
    connection.close()


def fill(tmp_path, limits):
    """Stop the file from growing, and use up the room in it."""
    with sqlite3.connect(tmp_path / "volante.sqlite3") as file:
        limits.pages = file.execute("pragma page_count").fetchone()[0]
    file.close()
    db.engine.dispose()


def test_signing_with_a_locked_database_asks_to_try_again(client, petition, holder):
    holder.execute("begin immediate")
    answer = post_signature(client, petition, {**AMALIA, "comment": "Come home."})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(words in answer.text for words in (*AMALIA.values(), "Come home."))
    assert (rows(), queued_emails()) == ([], [])


def test_program_gets_the_same_error_as_json(client, petition, holder):
    holder.execute("begin immediate")
    answer = post_signature(client, petition, AMALIA, headers=JSON)
    assert answer.status_code == 503
    assert answer.mimetype == "application/json"
    assert int(answer.headers["Retry-After"]) > 0


def test_reading_works_with_a_locked_database(client, petition, holder):
    holder.execute("begin immediate")
    for path in ("/en/", "/en/petitions/home", "/causes/valley/pulse.json", "/readyz"):
        assert client.get(path).status_code == 200


def test_confirming_with_a_locked_database_can_be_repeated(client, petition, holder):
    signature_id = sign(petition)
    button = link("confirm", signature_id)
    holder.execute("begin immediate")
    refused = client.post(button)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "<h1" in refused.text
    holder.execute("rollback")
    assert row(signature_id).state == "pending"
    assert client.post(button).status_code == 303
    assert row(signature_id).state == "confirmed"


def test_signing_works_again_once_the_database_is_free(client, petition, holder):
    holder.execute("begin immediate")
    assert post_signature(client, petition, AMALIA).status_code == 503
    holder.execute("rollback")
    assert post_signature(client, petition, AMALIA).status_code == 303
    assert [row.email for row in rows()] == [AMALIA["email"]]
    assert len(queued_emails()) == 1


def sign_until_full(client, petition):
    """Let people sign until the file is full and return those who were thanked."""
    for number in range(2000):
        email = f"odile.{number}@kwan.example"
        answer = post_signature(
            client, petition, {**ODILE, "email": email, "comment": "x" * 400}, headers=JSON
        )
        if answer.status_code != 201:
            assert answer.status_code == 503
            return [f"odile.{before}@kwan.example" for before in range(number)]
    raise AssertionError("the file never filled")


def test_with_a_full_file_each_signer_is_stored_with_an_email_or_told(
    client, petition, tmp_path, limits
):
    fill(tmp_path, limits)
    acknowledged = sign_until_full(client, petition)
    assert [row.email for row in rows()] == acknowledged
    assert len(queued_emails()) == len(acknowledged)

    limits.pages = 0
    db.engine.dispose()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count=1000000")
    assert post_signature(client, petition, AMALIA).status_code == 303
    assert len(rows()) == len(queued_emails()) == len(acknowledged) + 1
