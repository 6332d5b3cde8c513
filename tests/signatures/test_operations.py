"""Tests of signing: what is stored, who counts as the same person, and which emails they get."""

from datetime import timedelta

import pytest

from campaign.process.clock import utcnow
from campaign.signatures.signing.commands import PetitionClosed, PetitionNotYetOpen
from campaign.signatures.signing.repeats import MAX_EMAILS
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    confirm_form,
    forms,
    hatch_now,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

pytestmark = pytest.mark.both_databases

CONFIRMATION, FORM_CONFIRMATION = "signature_confirmation", "signature_form_confirmation"
REPEAT = "signature_repeat"
DAY = timedelta(days=1)


def sign_daily(petition, times, details=AMALIA, **more):
    """Sign once a day, the last time today, so that no email is too soon after another."""
    now = utcnow()
    return [sign(petition, details, now=now - day * DAY, **more) for day in reversed(range(times))]


def test_new_signature_waits_for_confirmation_and_one_email_is_queued(petition):
    signature_id = sign(petition, comment="For my brother.", name_display="initials")
    signature = row(signature_id)
    assert (signature.state, signature.number, signature.confirmed_at) == ("pending", None, None)
    assert (signature.full_name, signature.shown_name) == ("Amalia Rosales", "A. R.")
    assert (signature.comment, signature.comment_shown) == ("For my brother.", False)
    assert (signature.evidence, signature.position_at_address, signature.mail_count) == (
        "email",
        1,
        1,
    )
    assert queued_emails() == [(CONFIRMATION, signature_id, "en")]


def test_repeat_before_confirming_sends_the_email_again_and_changes_nothing(petition):
    first, second = sign_daily(petition, 2, {**AMALIA, "comment": ""})
    third = sign(
        petition, {**AMALIA, "given_name": "Mallory", "comment": "Not hers"}, now=utcnow() + DAY
    )
    assert first == second == third
    assert [(row.given_name, row.comment) for row in rows()] == [("Amalia", "")]
    [form] = forms()
    assert queued_emails() == [(CONFIRMATION, first, "en")] * 2 + [
        (FORM_CONFIRMATION, form.id, "en")
    ]


@pytest.mark.parametrize("is_hatched", [False, True])
def test_repeat_after_confirming_tells_the_supporter_in_the_language_used(petition, is_hatched):
    signature_id = sign(petition, now=utcnow() - DAY)
    confirm(signature_id)
    if is_hatched:
        hatch_now()
    assert sign(petition, lang="es") == signature_id
    assert queued_emails()[1:] == [(REPEAT, signature_id, "es")]
    assert len(rows()) == 1


def test_supporter_whose_confirmed_signature_is_held_gets_the_same_email(petition):
    signature_id = sign(petition, held_reason="hidden_field", now=utcnow() - DAY)
    confirm(signature_id)
    sign(petition)
    assert queued_emails()[1:] == [(REPEAT, signature_id, "en")]


def test_double_click_sends_one_email(petition):
    now = utcnow()
    for seconds in (0, 0, 0.4, 0.9):
        sign(petition, now=now + timedelta(seconds=seconds))
    assert len(queued_emails()) == 1


def test_supporter_is_told_of_a_repeat_a_moment_later(petition):
    now = utcnow()
    for seconds in (0, 2):
        sign(petition, now=now + timedelta(seconds=seconds))
    assert len(queued_emails()) == 2


def test_supporter_gets_at_most_five_emails_however_often_they_sign(petition):
    sign_daily(petition, 9)
    assert len(queued_emails()) == MAX_EMAILS == 5
    assert rows()[0].mail_count == 5


@pytest.mark.parametrize(
    "other_spelling",
    [
        "Amalia.Rosales@gmail.com",
        "amaliarosales+petitions@gmail.com",
        "a.m.a.l.i.a.rosales@googlemail.com",
        "AMALIAROSALES@GMAIL.COM",
    ],
)
def test_mailbox_signs_once_however_its_address_is_written(petition, other_spelling):
    first = sign(petition, email="amaliarosales@gmail.com")
    assert sign(petition, email=other_spelling) == first
    assert [row.email for row in rows()] == ["amaliarosales@gmail.com"]


def test_same_address_may_sign_another_petition(petition):
    other = make_petition("law", cause_id=petition.cause_id)
    assert sign(petition) != sign(other)


def test_supporter_who_withdrew_can_sign_again_with_a_new_comment(petition):
    signature_id = sign_and_hatch(petition, comment="The first words", now=utcnow() - DAY)
    withdraw(signature_id)
    hatch_now()
    assert sign(petition, comment="Other words", postal_code="H3Z 2Y7") == signature_id
    assert (row(signature_id).state, row(signature_id).comment) == ("withdrawn", "The first words")
    [form] = forms()
    assert queued_emails()[-1] == (FORM_CONFIRMATION, form.id, "en")
    confirm_form(form)
    signature = row(signature_id)
    assert (signature.state, signature.withdrawn_at) == ("confirmed", None)
    assert (signature.comment, signature.postal_code) == ("Other words", "H3Z 2Y7")
    hatch_now()
    assert row(signature_id).number == 1


def test_new_comment_after_a_withdrawal_waits_for_review_again(petition):
    signature_id = sign_and_hatch(petition, comment="Kind words", now=utcnow() - DAY)
    change(signature_id, comment_shown=True)
    withdraw(signature_id)
    sign(petition, comment="Buy my pills")
    confirm_form(forms()[0])
    assert (row(signature_id).comment, row(signature_id).comment_shown) == ("Buy my pills", False)


def test_withdrawing_and_signing_again_does_not_evade_review(petition):
    signature_id = sign(petition, held_reason="hidden_field", now=utcnow() - DAY)
    withdraw(signature_id)
    sign(petition)
    confirm_form(forms()[0])
    signature = row(signature_id)
    assert (signature.state, signature.held_reason) == ("held", "hidden_field")


def test_withdrawn_signature_that_returns_under_suspicion_is_held(petition):
    signature_id = sign_and_hatch(petition, now=utcnow() - DAY)
    withdraw(signature_id)
    sign(petition, held_reason="no_proof")
    confirm_form(forms()[0])
    assert (row(signature_id).state, row(signature_id).held_reason) == ("held", "no_proof")


def test_closed_or_future_petition_takes_no_signature(app):
    now = utcnow()
    closed = make_petition(closes_at=now - DAY)
    future = make_petition("later", cause_id=closed.cause_id, opens_at=now + DAY)
    with pytest.raises(PetitionClosed):
        sign(closed)
    with pytest.raises(PetitionNotYetOpen):
        sign(future)
    assert rows() == []
    assert queued_emails() == []


def test_signature_keeps_the_version_that_was_read(petition):
    read = petition.current_version.id
    newest = new_version(petition).id
    assert row(sign(petition, version=1)).version_id == read
    assert row(sign(petition, ODILE)).version_id == newest
    assert row(sign(petition, ODILE, email="o@kwan.example", version=99)).version_id == newest
