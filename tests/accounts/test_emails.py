"""Tests of account emails in every language."""

import re
from types import SimpleNamespace

import pytest

from campaign.accounts.audit import Actor, record
from campaign.accounts.emails import changed, invitation, new_device, reset, role
from campaign.accounts.operations import make_link
from campaign.accounts.sessions import know_device
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.organizers import make_organizer

CHANGES = (
    "password",
    "app_added",
    "app_removed",
    "recovery_codes",
    "passkey_added",
    "passkey_removed",
)


def about(subject_id, lang):
    return SimpleNamespace(subject_id=subject_id, lang=lang)


@pytest.fixture
def who(app):
    return make_organizer("editor", make_cause().id)


def check(message, lang, *words):
    for part in (message.subject, message.text, message.html):
        assert part.strip()
        assert "None" not in part
        assert not re.search(r"[{%]{2}|%\(", part)
    assert f'<html lang="{lang}"' in message.html
    for word in words:
        assert word in " ".join(message.text.split())
        assert word in " ".join(message.html.split())


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_every_account_email_is_written_in_every_language(who, lang):
    by = make_organizer()
    link = write(
        make_link, organizer_id=who.id, purpose="invitation", invited_by_id=by.id, now=utcnow()
    )
    check(invitation(about(link.id, lang)), lang, "/organize/invitations/", "Odile Kwan")
    link = write(make_link, organizer_id=who.id, purpose="reset", now=utcnow())
    check(reset(about(link.id, lang)), lang, "http://localhost/organize/reset/")
    check(role(about(who.grants[0].id, lang)), lang, "http://localhost/organize/")
    device, _ = write(
        know_device,
        organizer_id=who.id,
        device_token="token",
        device="Firefox, Linux",
        address="203.0.113.77",
        lang=lang,
        now=utcnow(),
    )
    check(new_device(about(device.id, lang)), lang, "Firefox, Linux", "203.0.113.0/24")
    for change in CHANGES:
        entry = write(
            record,
            Actor(who.id, address="203.0.113.0/24"),
            f"account.{change}",
            subject=("organizer", who.id),
        )
        check(changed(about(entry.id, lang)), lang, "203.0.113.0/24", "/organize/forgotten")


def test_outdated_account_email_is_dropped(who):
    older = write(make_link, organizer_id=who.id, purpose="reset", now=utcnow())
    write(make_link, organizer_id=who.id, purpose="reset", now=utcnow())
    assert reset(about(older.id, "en")) is None
    for composer in (invitation, reset, role, changed, new_device):
        assert composer(about(0, "en")) is None
