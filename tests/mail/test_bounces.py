"""Reading what mail servers send back."""

import mailbox

import pytest

from campaign.extensions import db
from campaign.mail.bounces import read_bounces
from campaign.mail.operations import refusal_of
from campaign.subscriptions.queries import is_suppressed
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

Message-ID: <0123abc@{host}>
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
Message-ID: <0123abc@localhost>
Subject: An answer

Words.

--b--
"""


def report(name="amalia", *, action="failed", status="5.1.1", host="localhost"):
    return REPORT.format(address=f"{name}@rosales.example", action=action, status=status, host=host).encode()


@pytest.fixture
def folder(tmp_path):
    """A folder with what comes back in a week."""
    facts = {
        "hard": report(),
        "full": report("full", status="5.2.2"),
        "delayed": report("late", action="delayed", status="4.4.7"),
        "forged": report("victim", host="elsewhere.example"),
        "complaint": COMPLAINT.encode(),
        "holiday": b"Subject: I am away\n\nBack on Monday.\n",
        "broken": b"\xff\xfe\x00 nothing of the kind",
    }
    for name, content in facts.items():
        (tmp_path / f"{name}.eml").write_bytes(content)
    return tmp_path


def kinds(path, **options):
    return sorted((b.email, b.kind) for _, told in read_bounces(path, host="localhost", **options) for b in told)


EXPECTED = [("amalia@rosales.example", "hard"), ("full@rosales.example", "soft"), ("teo@rosales.example", "complaint")]


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
    [("Content-Type: text/rfc822-headers", "Content-Type: text/rfc822-headers; charset=none-such"), ("<0123abc", "<[0123abc")],
)
def test_a_malformed_report_does_not_hide_those_behind_it(folder, sound, malformed):
    (folder / "a-first.eml").write_text(report().decode().replace(sound, malformed))
    assert kinds(folder) == EXPECTED


def test_the_command_marks_addresses_and_may_read_twice(app, folder):
    reader = subscribe("teo")
    for _ in range(2):
        done = app.test_cli_runner().invoke(args=["mail", "bounces", "read", str(folder)])
        assert done.exit_code == 0, done.output
        assert "7 messages. Addresses that take no mail: 1, complaints: 1, passing troubles: 1, what tells nothing: 4." in done.output
    db.session.rollback()
    assert [bool(refusal_of(digest(name))) for name in ("amalia", "full", "late", "victim")] == [True, False, False, False]
    assert is_suppressed(digest("teo"))
    assert subscription(reader).state == "ended"
