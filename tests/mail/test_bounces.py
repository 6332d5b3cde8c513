"""Tests of parsing what mail servers send back."""

import mailbox
import re

import pytest

from campaign.extensions import db
from campaign.mail.bounces import read_bounces
from campaign.mail.models import MAX_REPORTS
from campaign.mail.operations import refused_among
from campaign.mail.writing.message_ids import local_part
from campaign.subscriptions.queries import is_suppressed
from tests.conftest import SECRET
from tests.factories.subscriptions import digest, subscribe, subscription

pytestmark = pytest.mark.both_databases

REPORT = """\
From: MAILER-DAEMON@mx.example
To: names@volante.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 <{address}> unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <{message}@localhost>
To: {address}

--b--
"""
COMPLAINT = """\
From: feedback@provider.example
To: names@volante.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is a report.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1

--b
Content-Type: message/rfc822

From: Volante <names@volante.example>
To: teo@rosales.example
Message-ID: <{message}@localhost>
Subject: An answer

Words.

--b--
"""


def message_to(name, key="first"):
    """Return the local part of the Message-ID of an email that we sent."""
    return local_part(SECRET.encode(), key, digest(name))


def report(name="amalia", *, action="failed", status="5.1.1", message="", forwarded_to=""):
    address = f"{name}@rosales.example"
    content = REPORT.format(
        address=address, action=action, status=status, message=message or message_to(name)
    )
    if forwarded_to:
        content = content.replace(
            f"Final-Recipient: rfc822; {address}", f"Final-Recipient: rfc822; {forwarded_to}"
        )
    return content.encode()


@pytest.fixture
def folder(app, tmp_path):
    """A folder with the reports of a week."""
    files = {
        "hard": report(),
        "full": report("full", status="5.2.2"),
        "delayed": report("late", action="delayed", status="4.4.7"),
        "forged": report("victim", message="0123abc"),
        "stolen": report("victim", message=message_to("amalia")),
        "complaint": COMPLAINT.format(message=message_to("teo")).encode(),
        "holiday": b"Subject: I am away\n\nBack on Monday.\n",
        "broken": b"\xff\xfe\x00 nothing of the kind",
    }
    for name, content in files.items():
        (tmp_path / f"{name}.eml").write_bytes(content)
    return tmp_path


def kinds(path):
    return sorted(
        (bounce.email, bounce.kind) for _, bounces in read_bounces(path) for bounce in bounces
    )


EXPECTED = [
    ("amalia@rosales.example", "hard"),
    ("full@rosales.example", "soft"),
    ("teo@rosales.example", "complaint"),
    *[("victim@rosales.example", "hard")] * 2,
]


def read(app, path, *options):
    done = app.test_cli_runner().invoke(args=["mail", "bounces", "read", str(path), *options])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    return done.output


def refused(name, min_reports=1):
    return bool(refused_among([digest(name)], min_reports=min_reports))


def test_reports_are_read_from_files_maildirs_and_mboxes(folder, tmp_path):
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    box = mailbox.mbox(tmp_path / "box")
    for file in folder.glob("*.eml"):
        maildir.add(file.read_bytes())
        box.add(file.read_bytes())
    box.flush()
    for path in (folder, tmp_path / "Maildir", tmp_path / "box"):
        assert kinds(path) == EXPECTED
    assert kinds(folder / "hard.eml") == EXPECTED[:1]


@pytest.mark.parametrize(
    ("sound", "malformed"),
    [
        (
            "Content-Type: text/rfc822-headers",
            "Content-Type: text/rfc822-headers; charset=none-such",
        ),
        ("Message-ID: <", "Message-ID: <["),
    ],
)
def test_malformed_report_does_not_hide_the_ones_after_it(folder, sound, malformed):
    (folder / "a-first.eml").write_text(report().decode().replace(sound, malformed))
    # Newer versions of Python read some of what older ones cannot.
    assert kinds(folder)[-len(EXPECTED) :] == EXPECTED


def test_command_marks_addresses_and_can_run_twice(app, folder):
    reader = subscribe("teo")
    for _ in range(2):
        # Messages, then addresses that accept no email, complaints, temporary failures and others.
        assert re.findall(r"\d+", read(app, folder)) == ["8", "1", "1", "1", "5"]
    assert [refused(name) for name in ("amalia", "full", "late", "victim")] == [
        True,
        False,
        False,
        False,
    ]
    assert is_suppressed(digest("teo"))
    assert subscription(reader).state == "ended"


def test_one_report_stops_news_and_a_second_about_another_email_stops_all(app, tmp_path):
    (tmp_path / "first.eml").write_bytes(report())
    read(app, tmp_path)
    read(app, tmp_path)
    assert refused("amalia") and not refused("amalia", MAX_REPORTS)
    (tmp_path / "second.eml").write_bytes(report(message=message_to("amalia", "second")))
    read(app, tmp_path)
    assert refused("amalia", MAX_REPORTS)


def test_report_naming_a_forwarding_address_marks_the_one_we_wrote_to(app, tmp_path):
    (tmp_path / "forwarded.eml").write_bytes(report(forwarded_to="elsewhere@rosales.example"))
    read(app, tmp_path)
    assert refused("amalia") and not refused("elsewhere")


def test_reports_of_any_sender_are_trusted_only_when_enabled(app, tmp_path):
    (tmp_path / "forged.eml").write_bytes(report("victim", message="0123abc"))
    read(app, tmp_path)
    assert not refused("victim")
    read(app, tmp_path, "--any-sender")
    assert refused("victim", MAX_REPORTS)
