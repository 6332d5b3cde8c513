"""Tests that no name, email address or token of a person reaches a log, whatever goes wrong."""

import logging

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from campaign.extensions import db, write
from campaign.process.logs import PrivateFormatter
from tests.factories.signatures import AMALIA, JSON, link, post_signature, sign

WORDS = {**AMALIA, "comment": "Vuelve a casa, Ximena."}
PERSONAL = (*AMALIA.values(), "rosales.example", "Ximena", "203.0.113.77")


@pytest.fixture
def written(caplog):
    """Return the log so far, in the form in which the server writes it."""
    caplog.set_level(logging.DEBUG)
    formatter = PrivateFormatter("%(asctime)s %(name)s: %(message)s")
    return lambda: "\n".join(map(formatter.format, caplog.records))


def refuse_inserts(error):
    """Make the database refuse every signature; return a function that undoes it."""

    def refuse(_connection, _cursor, statement, parameters, *_):
        if statement.lower().startswith("insert into signature"):
            raise error(
                statement,
                parameters,
                Exception(
                    f"Failing row contains ({', '.join(WORDS.values())})\nDETAIL:  Key (email)=({AMALIA['email']}) exists."
                ),
            )

    event.listen(db.engine, "before_cursor_execute", refuse)
    return lambda: event.remove(db.engine, "before_cursor_execute", refuse)


def assert_private(words):
    assert [secret for secret in PERSONAL if secret in words] == []


def test_successful_signing_leaves_no_trace_of_the_person(client, petition, written):
    assert post_signature(client, petition, WORDS, address="203.0.113.77").status_code == 303
    assert_private(written())


def test_refused_form_leaves_no_trace(client, petition, written):
    assert (
        post_signature(
            client, petition, {**WORDS, "country": "Ximena"}, address="203.0.113.77"
        ).status_code
        == 422
    )
    assert_private(written())


def test_failed_insert_is_logged_without_the_person(client, petition, written):
    with db.engine.connect() as connection:
        connection.execute(text("select 1"))
    restore = refuse_inserts(
        lambda statement, parameters, _: OperationalError(
            statement, parameters, Exception("database is locked"), hide_parameters=True
        )
    )
    try:
        assert (
            post_signature(
                client, petition, WORDS, address="203.0.113.77", headers=JSON
            ).status_code
            == 503
        )
    finally:
        restore()
    log = written()
    assert "locked" in log
    assert_private(log)


def test_broken_constraint_is_logged_without_the_row(app, petition, written):
    signature_id = sign(petition)
    with pytest.raises(IntegrityError) as broken:
        write(
            lambda: db.session.execute(
                text("update signature set position_at_address = 7, email = :email where id = :id"),
                {"id": signature_id, "email": "ximena@rosales.example"},
            )
        )
    logging.getLogger("campaign.test").error("it broke", exc_info=broken.value)
    log = written()
    assert "position_at_address" in log
    assert_private(log)


def test_unexpected_error_behind_a_link_does_not_log_the_link(
    client, petition, written, monkeypatch
):
    token = link("mine", sign(petition))

    def fail(*_, **__):
        raise RuntimeError("unexpected")

    monkeypatch.setattr("campaign.signatures.owner.routes.signatures_of_address", fail)
    answer = client.get(token)
    assert answer.status_code == 500
    assert token.rpartition("/")[2] not in written()
    assert token.rpartition("/")[2] not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("to amalia@rosales.example now", "to …@… now"),
        ("<amalia@rosales.example>", "<…@…>"),
        ("email=amalia+news@rosales.example, x", "email=…@…, x"),
        ("smtp://amalia:geheim@mail.example.org:587", "…@…"),
        (
            "ERROR: null value\nDETAIL:  Failing row contains (Amalia, Rosales).",
            "ERROR: null value\nDETAIL: left out",
        ),
        ("nothing private", "nothing private"),
    ],
)
def test_log_omits_email_addresses_and_rows(line, kept):
    record = logging.LogRecord("x", logging.ERROR, "x", 1, line, None, None)
    assert PrivateFormatter("%(message)s").format(record) == kept
