"""Tests of the bounce webhook of an email service, which needs the secret."""

import pytest

from campaign.extensions import db
from campaign.mail.operations import refusal_of
from campaign.subscriptions.queries import is_suppressed
from tests.factories.subscriptions import digest

SECRET = "s" * 40
HARD = {
    "email": "Amalia@rosales.example",
    "kind": "hard",
    "reason": "5.1.1 <Amalia@rosales.example> unknown",
}


@pytest.fixture
def post_report(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "BOUNCE_SECRET", SECRET)

    def post_report(data, secret=SECRET, raw=None):
        body = {"json": data} if raw is None else {"data": raw, "content_type": "application/json"}
        return client.post(
            "/webhooks/bounces", headers={"Authorization": f"Bearer {secret}"}, **body
        )

    return post_report


def test_hard_bounce_and_complaint_mark_the_address(post_report):
    assert post_report(HARD).json == {"noted": 1}
    assert post_report(
        [
            {"email": "teo@rosales.example", "kind": "complaint"},
            {"email": "odile@rosales.example", "kind": "soft"},
        ]
    ).json == {"noted": 2}
    db.session.rollback()
    assert refusal_of(digest("amalia")) and is_suppressed(digest("teo"))
    assert not refusal_of(digest("odile")) and not is_suppressed(digest("odile"))


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "x",
        {"email": "amalia", "kind": "hard"},
        {**HARD, "kind": "odd"},
        [HARD, {}],
        {**HARD, "reason": 4},
    ],
)
def test_unknown_content_changes_nothing(post_report, content):
    answer = post_report(content)
    assert answer.status_code == (200 if content == [] else 422)
    db.session.rollback()
    assert not refusal_of(digest("amalia"))


def test_wrong_secret_and_missing_setting_are_refused(post_report, app, client, monkeypatch):
    assert post_report(HARD, secret="wrong").status_code == 401
    assert client.post("/webhooks/bounces", json=HARD).status_code == 401
    monkeypatch.setitem(app.config, "BOUNCE_SECRET", "")
    assert post_report(HARD, secret="").status_code == 404
    db.session.rollback()
    assert not refusal_of(digest("amalia"))


def test_reason_that_is_no_text_is_still_stored(post_report):
    assert post_report({**HARD, "reason": "550\0 5.1.1\r\nno such user"}).json == {"noted": 1}
    db.session.rollback()
    assert refusal_of(digest("amalia")).reason == "550 5.1.1 no such user"


@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, '{"a":' * 50_000, '{"email": "\\ud800@rosales.example", "kind": "hard"}'],
    ids=["lists", "objects", "half a letter"],
)
def test_invalid_json_is_refused_like_any_other(post_report, body):
    answer = post_report(None, raw=body)
    assert answer.status_code == 422
