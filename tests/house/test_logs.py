"""Tests that no name, email address or token of a person reaches a log, whatever goes wrong."""

import json
import logging
from io import StringIO

import pytest
from flask import request
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from campaign.extensions import db, write
from campaign.process.logs import JsonFormatter, PrivateFormatter
from tests.factories.signatures import AMALIA, JSON, link, post_signature, sign

WORDS = {**AMALIA, "comment": "Vuelve a casa, Ximena."}
PERSONAL = (*AMALIA.values(), "rosales.example", "Ximena", "203.0.113.77")


@pytest.fixture(params=["text", "json"])
def written(request, caplog):
    """Return the log so far, in a form in which the server writes it."""
    caplog.set_level(logging.DEBUG)
    text = PrivateFormatter("%(asctime)s %(name)s%(fields)s: %(message)s")
    formatter = text if request.param == "text" else JsonFormatter()
    return lambda: "\n".join(map(formatter.format, caplog.records))


def refuse_inserts(error):
    """Make the database refuse every signature and return a function that undoes it."""

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


# What a failing view may repeat in its message, however hostile.
HOSTILE = (
    "Ximena Rosales'; drop table signature",
    'Ximena "Rosales"\n2026-11-28T00:00:00Z ERROR forged: Ximena',
    "Ximena\\Rosales\u2028Ximena",
    "Ximena <b>{0} %s %(x)s</b>",
)


ROUTES = (
    ("GET", "/en/", "query"),
    ("GET", "/en/search", "query"),
    ("POST", "/en/petitions/home/signatures", "form"),
    ("GET", "/en/signatures/confirm/Ximena.Rosales-4711", "query"),
    ("POST", "/en/subscriptions", "form"),
    ("GET", "/organize/sign-in", "query"),
    ("POST", "/en/signatures/mine/Ximena.Rosales-4711/7/correct", "form"),
    ("POST", "/en/signatures/next/Ximena.Rosales-4711", "form"),
    ("POST", "/signatures/shared/Ximena.Rosales-4711", "form"),
    ("POST", "/api/v1/petitions/home/signatures", "json"),
    ("POST", "/kiosk/sync", "json"),
    ("POST", "/webhooks/bounces", "json"),
)


def open_with(client, method, path, sends, sent):
    """Send the fields `sent` by query, form or JSON."""
    options = {
        "query": {"query_string": sent},
        "form": {"data": sent},
        "json": {"json": {"signatures": [sent]}},
    }
    remote = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.77"}}
    return client.open(path, method=method, **remote, **options[sends])


def test_no_route_logs_what_was_sent_whatever_its_error_says(client, app, written, monkeypatch):
    def fail(*_):
        raise RuntimeError(
            f"{request.url} {request.values!r} {request.get_json(silent=True)!r}"
            f" {request.view_args} {request.remote_addr} {value} {value!r}"
        )

    # What is logged within a second of its like would be left out.
    monkeypatch.setattr("campaign.db.failure_log.QUIET_SECONDS", 0.0)
    monkeypatch.setattr(app, "dispatch_request", fail)
    # A country alone is too short to be left out everywhere, and says nothing about a person.
    sent = {name: text for name, text in WORDS.items() if name != "country"}
    for value in HOSTILE:
        for route in ROUTES:
            assert open_with(client, *route, sent | {"name": value}).status_code == 500
    log = written()
    assert log.count("RuntimeError") >= len(HOSTILE) * len(ROUTES)
    assert_private(log)
    assert "\n2026-11-28T00:00:00Z" not in log


def test_every_line_of_a_request_has_its_id(client, app, caplog, monkeypatch):
    def fail(*_):
        logging.getLogger("campaign.test").warning("first")
        raise RuntimeError("second")

    monkeypatch.setattr("campaign.db.failure_log.QUIET_SECONDS", 0.0)
    monkeypatch.setattr(app, "dispatch_request", fail)
    handler = logging.StreamHandler(lines := StringIO())
    handler.setFormatter(JsonFormatter())
    logging.getLogger("campaign").addHandler(handler)
    try:
        answer = client.get("/en/privacy", headers={"Accept": "application/json"})
    finally:
        logging.getLogger("campaign").removeHandler(handler)
    entries = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert len(entries) == 2
    assert {entry["request_id"] for entry in entries} == {answer.headers["X-Request-ID"]}
    assert {entry["endpoint"] for entry in entries} == {"web.privacy"}
    assert answer.json["reference"] in entries[1]["message"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("to amalia@rosales.example now", "to …@… now"),
        ("<amalia@rosales.example>", "<…@…>"),
        ("email=amalia+news@rosales.example, x", "email=…@…, x"),
        ("smtp://amalia:geheim@mail.example.org:587", "…@…"),
        (
            "ERROR: null value\nDETAIL:  Failing row contains (Amalia, Rosales).",
            "ERROR: null value\n  DETAIL: left out",
        ),
        ("GET /en/?q=Amalia&page=2 failed", "GET /en/?… failed"),
        ("from 198.51.100.7 and 2001:db8::7", "from … and …"),
        ("server at 10.0.0.5 and 127.0.0.1", "server at 10.0.0.5 and 127.0.0.1"),
        ("at 12:34:56 on version 3.11.2", "at 12:34:56 on version 3.11.2"),
        ("nothing private", "nothing private"),
    ],
)
def test_log_omits_email_addresses_and_rows(line, kept):
    record = logging.LogRecord("x", logging.ERROR, "x", 1, line, None, None)
    assert PrivateFormatter("%(message)s").format(record) == kept
