"""Tests of the email that thanks people: who gets it, when, once, and what it says."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.models import BULK, OutboxMessage
from campaign.mail.operations import claim
from campaign.mail.renderers import NotNow, bound_kinds
from campaign.petitions.editing import change_wording
from campaign.process.clock import utcnow
from campaign.signatures.moderation import decisions
from campaign.signatures.operations import THANKS
from campaign.signatures.owner.operations import erase
from campaign.signatures.signing.commands import Evidence
from campaign.thanks.emails import MAX_AGE, MAX_WAIT_SECONDS
from tests.factories.letters import make_letter_action, write_letter
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    change,
    confirm,
    confirm_form,
    forms,
    hatch_now,
    link,
    restore,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.together import together


def thanks_queued():
    """Return (signature id, priority) of the queued emails that thank."""
    db.session.rollback()
    query = select(OutboxMessage.subject_id, OutboxMessage.priority).where(
        OutboxMessage.kind == THANKS
    )
    return [tuple(row) for row in db.session.execute(query.order_by(OutboxMessage.id))]


def wording(petition, *, sends_thanks=True, **texts):
    write(
        change_wording,
        petition_id=petition.id,
        version=None,
        texts={"en": texts},
        sends_thanks=sends_thanks,
    )


@pytest.fixture
def delivered(app, tmp_path, monkeypatch):
    """Call it to deliver what is due at a time. It returns the emails that thank."""
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))

    def deliver(now=None):
        worker = make_outbox_worker(app, write)
        # One pass for each priority. An email that waits for its number is due again before this
        # time, so repeating until nothing is due would take seconds.
        for _ in range(3):
            worker.deliver_due(now=now or utcnow() + timedelta(seconds=10))
        paths = sorted((tmp_path / "mail").glob("*.eml"))
        emails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        return [
            email for email in emails if "/n=" in email.as_string() or "?by=" in email.as_string()
        ]

    return deliver


def test_first_confirmation_queues_one_email_that_others_overtake(app, petition):
    signature_id = sign(petition)
    assert thanks_queued() == []
    confirm(signature_id)
    confirm(signature_id)
    assert thanks_queued() == [(signature_id, BULK)]
    # Only the owner of an address causes it, so it takes nothing from the limit of the address.
    assert THANKS not in bound_kinds(app)


def test_button_pressed_in_two_tabs_at_once_queues_one_email(app, petition):
    signature_id = sign(petition)
    together(app, [lambda: confirm(signature_id)] * 4)
    assert thanks_queued() == [(signature_id, BULK)]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_email_has_the_number_the_link_and_the_own_page(client, petition, thanked, lang):
    sign_and_hatch(petition, ODILE)
    signature_id = sign_and_hatch(petition, lang=lang)
    message = thanked(signature_id, lang)
    number = row(signature_id).number
    assert "Amalia" in message.subject
    assert f"/{lang}/causes/valley/montage?n={number}" in message.text
    assert f"?n={number}" in message.html
    assert f"http://localhost{link('mine', signature_id, lang)}" in message.text.split()
    assert f"http://localhost/{lang}/petitions/home?by=" in message.text
    assert message.to == AMALIA["email"]
    page = client.get(link("hatched", signature_id, lang), headers={"Accept": "application/json"})
    assert page.json == {"number": number}


def test_number_that_people_take_over_is_the_one_in_the_email(petition, thanked):
    first = sign_and_hatch(petition, ODILE)
    withdraw(first)
    hatch_now()
    signature_id = sign_and_hatch(petition)
    assert row(signature_id).number == 1
    assert "montage?n=1" in thanked(signature_id).text


def test_waits_until_it_is_counted(petition, thanked):
    signature_id = sign(petition)
    confirm(signature_id)
    with pytest.raises(NotNow) as waiting:
        thanked(signature_id)
    assert waiting.value.seconds < 10
    hatch_now()
    assert thanked(signature_id)


def test_waits_longer_the_longer_it_waits_but_looks_once_a_day(petition, thanked):
    signature_id = sign(petition)
    confirm(signature_id)
    waits = []
    for age in (timedelta(minutes=1), timedelta(hours=2), timedelta(days=20)):
        with pytest.raises(NotNow) as waiting:
            thanked(signature_id, created_at=utcnow() - age)
        waits.append(waiting.value.seconds)
    assert waits == sorted(waits)
    assert waits[-1] == MAX_WAIT_SECONDS
    assert thanked(signature_id, created_at=utcnow() - MAX_AGE - timedelta(days=1)) is None


def test_quiet_petition_thanks_after_its_batch_and_gives_no_link(thanked):
    petition = make_petition(is_quiet=True)
    signature_id = sign(petition)
    confirm(signature_id)
    hatch_now()
    assert row(signature_id).waits_until is not None
    with pytest.raises(NotNow) as waiting:
        thanked(signature_id)
    left = (row(signature_id).waits_until - utcnow()).total_seconds()
    assert waiting.value.seconds >= left
    change(signature_id, state="counted", number=1, hatched_at=utcnow(), waits_until=None)
    message = thanked(signature_id)
    assert "?by=" not in message.text + message.html
    assert "/share" not in message.text + message.html


def test_held_signature_is_thanked_after_approval_and_never_after_rejection(petition, thanked):
    ids = [sign(petition, person, held_reason="hidden_field") for person in (AMALIA, ODILE)]
    for signature_id in ids:
        confirm(signature_id)
        with pytest.raises(NotNow):
            thanked(signature_id)
    write(decisions.approve, ids=ids[:1], cause_ids=None, now=utcnow())
    write(decisions.reject, ids=ids[1:], cause_ids=None, now=utcnow())
    hatch_now()
    assert thanked(ids[0])
    assert thanked(ids[1]) is None


def test_withdrawing_and_coming_back_in_any_way_thanks_no_one_twice(petition, thanked):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    assert thanked(signature_id) is None
    hatch_now()
    restore(signature_id)
    hatch_now()
    withdraw(signature_id)
    hatch_now()
    sign(petition, comment="Again")
    confirm_form(forms()[-1])
    hatch_now()
    assert row(signature_id).state == "counted"
    assert thanks_queued() == [(signature_id, BULK)]


def test_who_withdrew_before_confirming_is_thanked_for_the_first_confirmation(petition):
    signature_id = sign(petition)
    withdraw(signature_id)
    sign(petition, comment="Again", now=utcnow() + timedelta(seconds=5))
    confirm_form(forms()[-1])
    assert thanks_queued() == [(signature_id, BULK)]


def test_erased_or_unknown_signature_is_not_thanked(petition, thanked):
    signature_id = sign_and_hatch(petition)
    write(erase, [signature_id])
    assert thanked(signature_id) is None
    assert thanked(10**6) is None


@pytest.mark.parametrize("evidence", ["in_person", "paper", "api"])
def test_signatures_without_an_own_press_are_not_thanked(petition, evidence):
    sign(petition, evidence=Evidence(evidence), is_confirmed=True)
    hatch_now()
    assert thanks_queued() == []


def test_signature_from_a_table_that_its_supporter_confirms_is_not_thanked(petition):
    signature_id = sign(petition, evidence=Evidence.IN_PERSON, is_confirmed=False)
    confirm(signature_id)
    assert thanks_queued() == []


def test_petition_can_switch_it_off(petition, thanked):
    signature_id = sign_and_hatch(petition)
    wording(petition, sends_thanks=False)
    assert thanked(signature_id) is None


def test_two_people_at_one_address_each_get_their_own(thanked):
    petition = make_petition(two_per_address=True)
    ids = [sign_and_hatch(petition, person) for person in (AMALIA, TEO)]
    messages = [thanked(signature_id) for signature_id in ids]
    assert [row(signature_id).number for signature_id in ids] == [1, 2]
    for message, name, number in zip(messages, ("Amalia", "Teo"), (1, 2), strict=True):
        assert name in message.subject
        assert f"montage?n={number}" in message.text
    assert [subject_id for subject_id, _ in thanks_queued()] == ids


def test_neutral_email_shows_nothing_in_an_inbox(thanked):
    petition = make_petition(neutral_emails=True)
    wording(petition, thanks_subject="{name}, you signed the petition")
    message = thanked(sign_and_hatch(petition))
    seen = message.html.partition("mso-hide:all")[2].partition("</div>")[0]
    assert not message.has_sender_name
    for word in ("sign", "Amalia", "petition", "home"):
        assert word not in message.subject
        assert word not in seen


def test_action_without_butterflies_tells_the_count_of_its_page(thanked):
    petition = make_petition(has_butterflies=False)
    wording(petition, thanks_text="You are one of {number}.")
    sign_and_hatch(petition, ODILE)
    message = thanked(sign_and_hatch(petition))
    assert "You are one of 2." in message.text
    assert "montage" not in message.text


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_letter_has_its_own_sentences(thanked, lang):
    action = make_letter_action()
    signature_id = write_letter(action, lang=lang)
    message = thanked(signature_id, lang)
    petition_message = thanked(
        sign_and_hatch(make_petition("other", cause_id=action.cause_id), lang=lang), lang
    )
    assert message.subject != petition_message.subject
    assert f"/{lang}/actions/river?by=" in message.text


def test_email_is_sent_once_through_the_outbox(petition, delivered):
    signature_id = sign(petition)
    confirm(signature_id)
    assert delivered() == []
    hatch_now()
    later = utcnow() + timedelta(minutes=1)
    assert len(delivered(later)) == 1
    assert len(delivered(later)) == 1


def test_many_emails_of_a_pass_keep_people_apart(delivered):
    petition = make_petition()
    wording(
        petition, thanks_subject="{name} is {number}", thanks_text="Dear {name}, you are {number}."
    )
    people = [
        {**ODILE, "given_name": name, "email": f"{name}@kwan.example"}
        for name in ("Ana", "Bo", "Cy")
    ]
    for person in people:
        sign_and_hatch(petition, person)
    emails = delivered()
    assert sorted(email["Subject"] for email in emails) == ["Ana is 1", "Bo is 2", "Cy is 3"]
    for email in emails:
        name, number = email["Subject"].split(" is ")
        text = email.get_body(("plain",)).get_content()
        assert f"Dear {name}, you are {number}." in text
        assert f"{name}@kwan.example" in email["To"]
        assert f"montage?n={number}" in text


def test_worker_that_was_killed_leaves_the_email_to_the_next(app, petition, delivered):
    signature_id = sign(petition)
    confirm(signature_id)
    hatch_now()
    later = utcnow() + timedelta(seconds=10)
    write(claim, limit=10, now=later)
    write(claim, limit=10, now=later)
    assert delivered(later) == []
    assert len(delivered(later + timedelta(minutes=1))) == 1
    assert len(delivered(later + timedelta(minutes=2))) == 1
