"""Tests of account emails in every language."""

import re
from types import SimpleNamespace

import pytest

from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.emails import changed, invitation, new_device, reset, role
from campaign.accounts.operations import make_link
from campaign.accounts.sessions import remember_device
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
def organizer(app):
    return make_organizer("editor", make_cause().id)


def check(message, lang, *texts):
    for part in (message.subject, message.text, message.html):
        assert part.strip()
        assert "None" not in part
        assert not re.search(r"[{%]{2}|%\(", part)
    assert f'<html lang="{lang}"' in message.html
    for text in texts:
        assert text in " ".join(message.text.split())
        assert text in " ".join(message.html.split())


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_every_account_email_is_written_in_every_language(organizer, lang):
    by = make_organizer()
    link = write(
        make_link,
        organizer_id=organizer.id,
        purpose="invitation",
        invited_by_id=by.id,
        now=utcnow(),
    )
    check(invitation(about(link.id, lang)), lang, "/organize/invitations/", "Odile Kwan")
    link = write(make_link, organizer_id=organizer.id, purpose="reset", now=utcnow())
    check(reset(about(link.id, lang)), lang, "http://localhost/organize/reset/")
    check(role(about(organizer.grants[0].id, lang)), lang, "http://localhost/organize/")
    device, _ = write(
        remember_device,
        organizer_id=organizer.id,
        device_token="token",
        device="Firefox, Linux",
        address="203.0.113.77",
        lang=lang,
        now=utcnow(),
    )
    check(new_device(about(device.id, lang)), lang, "Firefox, Linux", "203.0.113.0/24")
    for change in CHANGES:
        entry = write(
            record_audit_event,
            Actor(organizer.id, address="203.0.113.0/24"),
            f"account.{change}",
            subject=("organizer", organizer.id),
        )
        check(changed(about(entry.id, lang)), lang, "203.0.113.0/24", "/organize/forgotten")


def test_outdated_account_email_is_dropped(organizer):
    older = write(make_link, organizer_id=organizer.id, purpose="reset", now=utcnow())
    write(make_link, organizer_id=organizer.id, purpose="reset", now=utcnow())
    assert reset(about(older.id, "en")) is None
    for composer in (invitation, reset, role, changed, new_device):
        assert composer(about(0, "en")) is None


@pytest.mark.parametrize(
    ("lang", "quoted"),
    [("en", "Editor (“"), ("es", "Edición (“"), ("fr", "Rédaction («\N{NO-BREAK SPACE}")],
)
def test_role_has_its_cause_in_the_quotes_of_the_language(organizer, lang, quoted):
    message = role(about(organizer.grants[0].id, lang))
    assert quoted in message.text and quoted in message.html
