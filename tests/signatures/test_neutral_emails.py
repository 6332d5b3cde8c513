"""Tests of neutral emails: nothing around the text reveals a signature, and it stays honest."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from campaign.extensions import write
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.process.clock import utcnow
from campaign.signatures.jobs import remind
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, confirm, hatch_now, sign
from tests.inbox import seen_without_opening

DAY = timedelta(days=1)
TITLES = {"en": "Bring them home", "es": "Que vuelvan", "fr": "Bring them home"}
REVEALING = (
    "sign",
    "firma",
    "petition",
    "petición",
    "pétition",
    "amalia",
    "bring them home",
    "volante",
)


@pytest.fixture
def delivered(app, tmp_path, monkeypatch):
    """Call it to deliver what is due. It returns the emails in their order."""
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))

    def deliver():
        worker = make_outbox_worker(app, write)
        while worker.deliver_due(now=utcnow() + timedelta(minutes=2)):
            pass
        paths = sorted((tmp_path / "mail").glob("*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    return deliver


def cause_all_emails(petition, lang):
    """Cause three emails: confirmation, another form's confirmation, reminder."""
    signed = utcnow() - 2 * DAY
    signature_id = sign(petition, AMALIA, lang=lang, now=signed)
    sign(petition, AMALIA, lang=lang, comment="Another", now=signed)
    write(remind, now=utcnow())
    return signature_id


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_subject_sender_and_first_line_reveal_nothing(app, delivered, lang):
    petition = make_petition(neutral_emails=True)
    signature_id = cause_all_emails(petition, lang)
    delivered()
    confirm(signature_id)
    hatch_now()
    sign(petition, AMALIA, lang=lang, now=utcnow() + timedelta(minutes=1))
    # And the thanks, and the answer to signing again.
    emails = delivered()
    assert len(emails) == 5
    for email in emails:
        assert email["From"].addresses[0].display_name == ""
        seen = seen_without_opening(email)
        for word in (*REVEALING, petition.slug):
            assert not re.search(rf"\b{word}", seen)
        assert TITLES[lang] in " ".join(email.get_body(("plain",)).get_content().split())


def test_other_petitions_keep_their_subjects(delivered, petition):
    cause_all_emails(petition, "en")
    emails = delivered()
    assert emails
    for email in emails:
        assert "Amalia" in email["Subject"]
        assert email["From"].addresses[0].display_name


def test_no_header_reveals_the_subject_of_an_email(delivered, petition):
    cause_all_emails(petition, "en")
    for email in delivered():
        assert (
            "signature"
            not in "".join(
                f"{name}: {value}\n" for name, value in email.items() if name != "Subject"
            ).lower()
        )
