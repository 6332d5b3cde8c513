"""Tests of how a mail server's refusal is classified."""

import pytest

from campaign.mail.smtp.replies import Refused, TryLater, classify


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (550, b"5.1.1 <amalia@correo.mx>: Recipient address rejected: User unknown"),
        (550, b"No such user here"),
        (553, b"mailbox name not allowed"),
        (550, b"5.2.1 The account is disabled\n5.2.1 for good"),
        (556, b"5.1.10 Recipient address has a null MX"),
    ],
)
def test_wrong_address_is_refused_permanently(code, answer):
    assert isinstance(classify(code, answer), Refused)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (450, b"4.2.0 Greylisted, try again"),
        (452, b"4.2.2 Mailbox full"),
        (552, b"5.2.2 Mailbox full"),
        (554, b"5.7.1 Relay access denied"),
        (550, b"relaying denied"),
        (550, b"Blocked, see https://list.example/why"),
        (550, b"5.7.26 This mail is unauthenticated"),
        (554, b"Transaction failed"),
        (550, b"5.1.8 Sender's domain does not exist"),
        (530, b"5.7.0 Must issue a STARTTLS command first"),
    ],
)
def test_temporary_or_policy_refusal_never_suppresses_an_address(code, answer):
    assert isinstance(classify(code, answer), TryLater)


def test_reason_keeps_codes_and_no_address():
    assert classify(550, b"5.1.1 <amalia@correo.mx> unknown").reason == "550 5.1.1"
    assert classify(451, b"amalia@correo.mx later").reason == "451"
