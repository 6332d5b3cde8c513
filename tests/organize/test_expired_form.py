"""Tests of a form whose CSRF token has expired."""

import re
from html import unescape

from campaign.extensions import db

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FIELD = re.compile(r'name="(name|lang)" value="([^"]*)"')


def test_expired_form_changes_nothing_keeps_what_was_entered_and_can_be_sent_again(desk):
    before = desk.organizer.name
    answer = desk.client.post(
        "/organize/account",
        data={"name": "Nadia O'Hara <b>", "lang": "fr", "csrf_token": "expired"},
    )
    assert answer.status_code == 400
    db.session.refresh(db.session.merge(desk.organizer))
    assert desk.organizer.name == before
    fields = {name: unescape(value) for name, value in FIELD.findall(answer.text)}
    assert fields == {"name": "Nadia O'Hara <b>", "lang": "fr"}
    again = desk.client.post(
        "/organize/account", data={**fields, "csrf_token": TOKEN.search(answer.text)[1]}
    )
    assert again.status_code == 303
