"""Tests of the emails that targets get, and of those that come back."""

import re
from email import message_from_bytes, policy

import pypdfium2
import pytest
from sqlalchemy import select, update

from campaign.actions.letters.delivery import refusals
from campaign.actions.letters.delivery.addresses import (
    item_of_return_address,
    refusing_among,
    return_address,
)
from campaign.actions.letters.models import Letter, LetterRefusal
from campaign.actions.letters.operations import stop_letter
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mail.smtp.replies import Refused
from campaign.mail.smtp.transport import transport_from
from campaign.signatures import tokens
from campaign.targets.models import TargetEmail
from campaign.targets.queries import profile_by_id
from tests.actions.letters.sending import (
    DOMAIN,
    Recorder,
    make_documents,
    outbox_to,
    queue,
    settle,
)
from tests.factories.letter_rows import (
    BODY,
    at,
    batches,
    letter_row,
    letter_states,
    make_letter_action,
    make_letters,
    make_targets,
)
from tests.factories.targets import make_target, some_organisation_id
from tests.mail.mail_server import Script, mail_server

TUESDAY = at("2026-06-16T09:30:00+00:00")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
STOP_LINK = re.compile(r"http://localhost(/\w\w/letters/stop/\w+)")
SECRET = "a-secret-of-the-mail-service-0123456789"
REPORT = """\
From: MAILER-DAEMON@mx.example
To: {returned_to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; forwarded@elsewhere.example
Action: {action}
Status: {status}

--b--
"""


def sent_letter(app, present, *, time=None, **columns):
    """Send a letter to a target and return the target, the letter's id and the email."""
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    [letter_id] = make_letters(action, profile, 1, **columns)
    queue(present.now)
    return profile, letter_id, parsed(deliver(app, present)[0])


def deliver(app, present):
    """Hand over what is due, and note the results, and return the envelopes."""
    transport = Recorder()
    with outbox_to(app, transport) as worker:
        while worker.deliver_due(now=present.now):
            pass
    settle(present.now)
    return transport.handed_over


def parsed(envelope):
    return message_from_bytes(envelope.data, policy=policy.default)


def text_of(email):
    """Return the plain text of an email with line ends as in Python."""
    return email.get_content().replace("\r\n", "\n")


def statuses(profile):
    db.session.rollback()
    query = select(TargetEmail.status).where(TargetEmail.profile_id == profile.id)
    return db.session.scalars(query.order_by(TargetEmail.position)).all()


def told_writers():
    """Return the ids of the responses whose writers are told that a letter was not delivered."""
    db.session.rollback()
    query = select(OutboxMessage.subject_id).where(OutboxMessage.kind == "letter_not_delivered")
    return db.session.scalars(query.order_by(OutboxMessage.id)).all()


def test_real_mail_server_gets_a_letter(letter_app, present):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    [letter_id] = make_letters(action, profile, 1, shares_address=True)
    queue(present.now)
    script = Script()
    with mail_server(script) as url, outbox_to(letter_app, transport_from(url, None)) as worker:
        worker.deliver_due(now=present.now)
    settle(present.now)
    [(recipient, data)] = script.received
    email = message_from_bytes(data, policy=policy.default)
    [sender] = email["From"].addresses
    assert recipient == profile.emails[0].address
    assert sender.display_name.startswith("Amalia Rosales")
    assert sender.addr_spec == return_address("letter", letter_id)
    assert sender.domain == DOMAIN
    assert email["To"].addresses[0].display_name == "Senator Elena Vela"
    assert email["Reply-To"].addresses[0].addr_spec.startswith("writer0@")
    assert email["Subject"] == "Find my brother"
    assert email["Message-ID"].endswith("@localhost>")
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert email["Auto-Submitted"] is None
    assert email.get_content_type() == "text/plain"
    assert text_of(email).startswith(BODY)
    assert letter_row(letter_id).state == "sent"


def test_last_lines_say_who_wrote_and_how_to_stop(letter_app, present):
    _, _, email = sent_letter(letter_app, present)
    text, _, last_lines = text_of(email).partition("\n-- \n")
    assert text.strip() == BODY
    assert "Amalia Rosales" in last_lines
    assert STOP_LINK.search(last_lines)
    assert STOP_LINK.search(email["List-Unsubscribe"])[1] == STOP_LINK.search(last_lines)[1]


def test_last_lines_and_link_are_in_the_language_of_the_letter(letter_app, present):
    _, _, english = sent_letter(letter_app, present)
    [profile] = make_targets(make_letter_action("carta"), 1)
    make_letters(make_letter_action("otra"), profile, 1, lang="es")
    queue(present.now)
    spanish = parsed(deliver(letter_app, present)[0])
    assert "/es/letters/stop/" in spanish["List-Unsubscribe"]
    ends = [text_of(email).partition("\n-- \n")[2] for email in (english, spanish)]
    assert ends[0].splitlines()[0] != ends[1].splitlines()[0]
    assert spanish["Content-Language"] == "es"


def test_address_of_the_writer_is_shown_only_if_they_agreed(letter_app, present):
    _, _, email = sent_letter(letter_app, present, shares_address=False)
    assert "rosales.example" not in email.as_string()
    assert email["Reply-To"].addresses[0].addr_spec == "names@volante.example"


def test_without_a_domain_letters_come_from_the_usual_address(app, present):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 1)
    queue(present.now)
    [envelope] = deliver(app, present)
    assert envelope.sender == "names@volante.example"
    assert parsed(envelope)["From"].addresses[0].addr_spec == "names@volante.example"


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: all@victim.example",
        "Eve\nBcc: all@victim.example",
        "Eve <eve@evil.example>, Mallory",
        'Eve" <eve@evil.example>',
        "Eve\u2028Bcc: all@victim.example",
        "=?utf-8?q?Eve=0D=0ABcc=3A_all=40victim.example?=",
        "E" * 80,
        "Évé, \u202emoc.live",
    ],
)
def test_name_cannot_add_a_header_or_an_address(letter_app, present, name):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    [letter_id] = make_letters(
        action,
        profile,
        1,
        writer={"given_name": name[:80], "family_name": name[:80]},
        target_name=name,
        subject=name,
    )
    queue(present.now)
    [envelope] = deliver(letter_app, present)
    email = parsed(envelope)
    assert [item.addr_spec for item in email["From"].addresses] == [
        return_address("letter", letter_id)
    ]
    assert [item.addr_spec for item in email["To"].addresses] == [profile.emails[0].address]
    assert email["Bcc"] is None
    assert envelope.recipient == profile.emails[0].address
    head = envelope.data.partition(b"\r\n\r\n")[0]
    assert b"\n" not in head.replace(b"\r\n", b"")


def test_return_address_is_ours_alone(letter_app):
    address = return_address("letter", 4711)
    assert item_of_return_address(["", "names@volante.example", address.upper()]) == (
        "letter",
        4711,
    )
    assert item_of_return_address([return_address("letter_batch", 5)]) == ("letter_batch", 5)
    head, _, domain = address.partition("@")
    assert item_of_return_address([f"{head[:-1]}@{domain}", f"l-3mw-{'a' * 16}@{domain}"]) is None
    assert item_of_return_address([address.replace(DOMAIN, "evil.example")]) is None


class TestGathered:
    """Letters that leave together once a week."""

    settings = {"delivery_method": "gathered", "period": "week"}

    @pytest.fixture
    def gathered(self, letter_app, present):
        action = make_letter_action(settings=self.settings)
        [profile] = make_targets(action, 1)
        ids = [
            letter_id
            for place in range(5)
            for letter_id in make_letters(
                action, profile, 1, delivery_method="gathered", subject=f"Find brother {place}"
            )
        ]
        assert (queue(present.now), batches()) == (0, [])
        present.now = at("2026-06-17T09:00:00+00:00")
        return action, profile, ids

    def test_one_email_has_all_letters_as_a_pdf(self, letter_app, present, gathered):
        _, _, ids = gathered
        queue(present.now)
        queue(present.now)
        assert len(make_documents(present.now)) == 1
        [envelope] = deliver(letter_app, present)
        email = parsed(envelope)
        [document] = email.iter_attachments()
        assert document.get_content_type() == "application/pdf"
        pdf = pypdfium2.PdfDocument(document.get_content())
        pages = [page.get_textpage().get_text_range() for page in pdf]
        assert len(pages) == len(ids) + 1
        assert sum("Find brother" in page for page in pages) == len(ids)
        text = email.get_body(["plain"]).get_content()
        assert "5" in email["Subject"]
        assert text.count("My brother did not come home.") == len(ids)
        assert text.count("Amalia Rosales") == len(ids)
        assert email["From"].addresses[0].addr_spec == return_address("letter_batch", 1)
        assert STOP_LINK.search(email["List-Unsubscribe"])
        assert set(letter_states()) == {"sent"}
        [batch] = batches()
        assert (batch.document, batch.sent_at is None) == (None, False)

    def test_next_email_leaves_a_week_later(self, letter_app, present, gathered):
        queue(present.now)
        make_documents(present.now)
        deliver(letter_app, present)
        action, profile, _ = gathered
        make_letters(action, profile, 1, delivery_method="gathered")
        for day in range(18, 24):
            present.now = at(f"2026-06-{day}T12:00:00+00:00")
            queue(present.now)
            assert len(batches()) == 1
        present.now = at("2026-06-24T09:00:00+00:00")
        queue(present.now)
        assert len(batches()) == 2

    def test_letter_that_was_stopped_since_is_in_no_pdf(self, letter_app, present, gathered):
        _, _, ids = gathered
        queue(present.now)
        make_documents(present.now)
        signature_id = letter_row(ids[0]).signature_id
        write(stop_letter, letter_id=ids[0], signature_ids=[signature_id], now=present.now)
        assert deliver(letter_app, present) == []
        queue(present.now)
        make_documents(present.now)
        [envelope] = deliver(letter_app, present)
        [document] = parsed(envelope).iter_attachments()
        assert len(pypdfium2.PdfDocument(document.get_content())) == len(ids)
        assert letter_states() == ["stopped", *["sent"] * (len(ids) - 1)]

    def test_all_writers_are_told_if_the_email_comes_back(self, letter_app, present, gathered):
        _, profile, ids = gathered
        queue(present.now)
        make_documents(present.now)
        with outbox_to(letter_app, Recorder(lambda _: Refused("550 5.1.1"))) as worker:
            worker.deliver_due(now=present.now)
        settle(present.now)
        assert set(letter_states()) == {"bounced"}
        assert statuses(profile) == ["bounced"]
        assert sorted(told_writers()) == sorted(letter_row(item).signature_id for item in ids)


class TestRefusals:
    """A target wants no more letters."""

    def test_get_changes_nothing(self, letter_app, present, client):
        profile, _, email = sent_letter(letter_app, present)
        response = client.get(STOP_LINK.search(email["List-Unsubscribe"])[1])
        assert response.status_code == 200
        assert b'<form class="after-form" method="post"' in response.data
        assert profile.emails[0].address.encode() not in response.data
        assert statuses(profile) == ["unknown"]

    @pytest.mark.parametrize(("form", "status"), [({}, 303), (ONE_CLICK, 200)])
    def test_post_stops_what_waits_everywhere(self, letter_app, present, client, form, status):
        profile, sent_id, email = sent_letter(letter_app, present)
        other = make_letter_action("other")
        [waiting_id] = make_letters(other, profile, 1)
        link = STOP_LINK.search(email["List-Unsubscribe"])[1]
        assert client.post(link, data=form).status_code == status
        assert client.post(link, data=form).status_code == status
        assert (letter_row(sent_id).state, letter_row(waiting_id).state) == ("sent", "stopped")
        assert letter_row(waiting_id).reason == "refused"
        assert told_writers() == [letter_row(waiting_id).signature_id]
        assert statuses(profile) == ["asked_not"]
        assert refusing_among([profile_by_id(profile.id)]) == {profile.id}
        assert b'data-testid="refused"' in client.get(link).data

    def test_queued_letter_does_not_leave(self, letter_app, present, client):
        action = make_letter_action()
        [profile] = make_targets(action, 1)
        make_letters(action, profile, 1)
        queue(present.now)
        digest = tokens.email_digest(profile.emails[0].address)
        client.post(f"/en/letters/stop/{refusals.token_for(digest)}")
        assert deliver(letter_app, present) == []
        assert letter_states() == ["stopped"]

    def test_holds_for_targets_that_are_imported_later(self, letter_app, present, client):
        address = "target0@office0.example"
        token = refusals.token_for(tokens.email_digest(address))
        assert client.post(f"/en/letters/stop/{token}").status_code == 303
        action = make_letter_action()
        profile = make_target(some_organisation_id(), [address.upper()], time_zone="UTC")
        [letter_id] = make_letters(action, profile, 1)
        assert refusing_among([profile_by_id(profile.id)]) == {profile.id}
        assert queue(present.now) == 0
        assert letter_row(letter_id).reason == "refused"

    def test_wrong_token_stops_nothing(self, letter_app, client):
        token = refusals.token_for(b"0" * 16)
        for wrong in (token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), "x"):
            assert client.get(f"/en/letters/stop/{wrong}").status_code == 404
            assert client.post(f"/en/letters/stop/{wrong}").status_code == 404
        assert db.session.scalar(select(LetterRefusal)) is None


class TestBounces:
    """Letters that come back after the mail server accepted them."""

    @pytest.mark.parametrize(
        ("status", "address_status"), [("5.1.1", "bounced"), ("5.7.1", "unknown")]
    )
    def test_report_to_the_return_address_is_recognised(
        self, letter_app, present, run, tmp_path, status, address_status
    ):
        profile, letter_id, email = sent_letter(letter_app, present)
        sender = email["From"].addresses[0].addr_spec
        report = tmp_path / "report.eml"
        report.write_text(REPORT.format(returned_to=sender, action="failed", status=status))
        for _ in range(2):
            assert run("mail", "bounces", "read", report).exit_code == 0
        row = letter_row(letter_id)
        assert (row.state, row.reason) == ("bounced", "bounced")
        assert statuses(profile) == [address_status]
        assert told_writers() == [row.signature_id]

    def test_forged_or_delayed_report_changes_nothing(self, letter_app, present, run, tmp_path):
        profile, letter_id, email = sent_letter(letter_app, present)
        sender = email["From"].addresses[0].addr_spec
        forged = sender.replace(sender.partition("@")[0][-4:], "aaaa")
        report = tmp_path / "report.eml"
        for to, action in ((forged, "failed"), (sender, "delayed")):
            report.write_text(REPORT.format(returned_to=to, action=action, status="5.1.1"))
            assert run("mail", "bounces", "read", report).exit_code == 0
        assert letter_row(letter_id).state == "sent"
        assert statuses(profile) == ["unknown"]

    @pytest.mark.parametrize(
        ("kind", "state", "status"),
        [
            ("hard", "bounced", "bounced"),
            ("soft", "sent", "unknown"),
            ("complaint", "sent", "asked_not"),
        ],
    )
    def test_mail_service_reports_an_address(
        self, letter_app, present, client, monkeypatch, kind, state, status
    ):
        monkeypatch.setitem(letter_app.config, "BOUNCE_SECRET", SECRET)
        profile, letter_id, _ = sent_letter(letter_app, present)
        other = make_target(
            some_organisation_id(),
            [profile.emails[0].address, "second@office0.example"],
            external_id="same",
        )
        response = client.post(
            "/webhooks/bounces",
            json={"email": profile.emails[0].address.upper(), "kind": kind},
            headers={"Authorization": f"Bearer {SECRET}"},
        )
        assert response.status_code == 200
        assert letter_row(letter_id).state == state
        assert (statuses(profile), statuses(other)) == ([status], [status, "unknown"])

    def test_report_says_nothing_of_letters_sent_long_ago(
        self, letter_app, present, client, monkeypatch
    ):
        monkeypatch.setitem(letter_app.config, "BOUNCE_SECRET", SECRET)
        profile, letter_id, _ = sent_letter(letter_app, present)
        present.now = TUESDAY
        client.post(
            "/webhooks/bounces",
            json={"email": profile.emails[0].address, "kind": "hard"},
            headers={"Authorization": f"Bearer {SECRET}"},
        )
        assert letter_row(letter_id).state == "sent"
        assert statuses(profile) == ["bounced"]

    def test_next_letter_goes_to_the_next_address(self, letter_app, present):
        action = make_letter_action()
        profile = make_target(
            some_organisation_id(),
            ["old@office.example", "new@office.example"],
            time_zone="UTC",
        )
        first, second = make_letters(action, profile, 2)
        queue(present.now)
        with outbox_to(letter_app, Recorder(lambda _: Refused("550 5.1.1"))) as worker:
            worker.deliver_due(now=present.now)
        settle(present.now)
        present.now = at("2026-06-10T10:00:00+00:00")
        queue(present.now)
        assert letter_row(first).state == "bounced"
        assert letter_row(second).address == "new@office.example"


def test_erased_text_never_leaves(letter_app, present):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    [letter_id] = make_letters(action, profile, 1)
    queue(present.now)
    write(
        lambda: db.session.execute(
            update(Letter).where(Letter.id == letter_id).values(body="", state="stopped")
        )
    )
    assert deliver(letter_app, present) == []
