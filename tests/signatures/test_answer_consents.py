"""Tests of the consent to be told of answers: given, recorded, changed and stopped."""

import json
from datetime import timedelta

import pytest

from campaign.causes.queries import cause_by_id
from campaign.extensions import db, write
from campaign.notices.answer_texts import VERSION, answer_text
from campaign.notices.queries import consents_of
from campaign.petitions.editing import change_form
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import RepeatSigning
from campaign.signatures.owner.operations import erase
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    TEO,
    answer_now,
    confirm,
    confirm_form,
    form_link,
    forms,
    hatch_now,
    link,
    post_signature,
    restore,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.page_parts import tree, values

pytestmark = pytest.mark.both_databases
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def petition(app):
    return make_petition()


def offer(petition, is_offered):
    """Switch the question of the form on or off, as an organizer does."""
    present = petition_by_id(petition.id)
    write(
        change_form,
        petition_id=petition.id,
        version=present.version_of("settings"),
        required_fields=present.required_fields,
        questions=present.questions,
        confirmation=present.confirmation,
        two_per_address=present.two_per_address,
        neutral_emails=present.neutral_emails,
        offers_answers=is_offered,
        now=utcnow(),
    )


def consents(signature_id):
    """Return (purpose, channel, whether it is still valid) of each consent of a signature."""
    db.session.rollback()
    return [
        (consent.purpose, consent.channel, consent.withdrawn_at is None)
        for consent in consents_of("signature", [signature_id])
    ]


def stop_link(signature_id, lang="en"):
    token = tokens.token_for(tokens.STOP_ANSWERS, row(signature_id))
    return f"/{lang}/signatures/answers/{token}"


def asks(page):
    return bool(tree(page).xpath('//input[@name="tell_answer"]'))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_form_has_its_own_unchecked_box_that_names_the_organisation(client, petition, lang):
    page = tree(client.get(f"/{lang}/petitions/{petition.slug}"))
    [box] = page.xpath('//input[@name="tell_answer"]')
    assert box.get("checked") is None
    [label] = page.xpath('//label[@for="tell_answer"]')
    organisation_id = cause_by_id(petition.cause_id).organisation_id
    assert label.text_content() == answer_text(organisation_id, lang)


@pytest.mark.parametrize(("checked", "wants"), [({"tell_answer": "y"}, True), ({}, False)])
def test_checked_box_is_stored_and_the_answer_is_the_same(client, petition, checked, wants):
    answer = post_signature(client, petition, {**AMALIA, **checked}, headers=JSON)
    assert (answer.status_code, answer.json) == (201, {"status": "pending"})
    [signature] = rows()
    assert (signature.tell_answer, signature.subscribe) == (wants, False)


def test_consent_is_recorded_when_the_signature_counts_and_only_once(petition):
    signature_id = sign(petition, tell_answer=True, lang="es", name_display="full")
    assert consents(signature_id) == []
    confirm(signature_id)
    hatch_now()
    hatch_now()
    assert sorted(consents(signature_id)) == [("answer", "web", True), ("name", "web", True)]
    [consent] = [
        consent
        for consent in consents_of("signature", [signature_id])
        if consent.purpose == "answer"
    ]
    assert (consent.shown_text.version, consent.shown_text.lang) == (VERSION, "es")
    organisation_id = cause_by_id(petition.cause_id).organisation_id
    assert consent.shown_text.text == answer_text(organisation_id, "es")
    assert consent.given_at == row(signature_id).created_at


def test_withdrawal_ends_the_consent_and_undoing_it_records_a_new_one(petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    withdraw(signature_id)
    hatch_now()
    assert consents(signature_id) == [("answer", "web", False)]
    restore(signature_id)
    hatch_now()
    assert consents(signature_id) == [("answer", "web", False), ("answer", "web", True)]


def test_hiding_the_name_leaves_the_consent_to_answers(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True, name_display="full")
    client.post(
        f"{link('mine', signature_id)}/{signature_id}/correct",
        data={**AMALIA, "name_display": "counted"},
    )
    assert {purpose: valid for purpose, _, valid in consents(signature_id)} == {
        "answer": True,
        "name": False,
    }


def test_petition_that_offers_no_answers_neither_asks_nor_stores(client, petition):
    offer(petition, False)
    assert not asks(client.get(f"/en/petitions/{petition.slug}"))
    assert post_signature(client, petition, {**AMALIA, "tell_answer": "y"}).status_code == 303
    assert [signature.tell_answer for signature in rows()] == [False]


def test_petition_that_ended_long_ago_offers_nothing(petition):
    now = utcnow()
    assert petition.may_be_answered(now)
    petition.closes_at = now - timedelta(days=3)
    assert petition.may_be_answered(now)
    assert not petition.may_be_answered(now + timedelta(days=1000))


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True)])
def test_most_private_choice_of_all_forms_wins(petition, first, second):
    signature_id = sign(petition, tell_answer=first)
    sign(petition, {**AMALIA, "given_name": "Amelia"}, tell_answer=second)
    confirm_form(forms()[0])
    assert row(signature_id).tell_answer is (first and second)


def test_form_stored_before_this_question_was_asked_did_not_agree(petition):
    signature_id = sign(petition, tell_answer=True)
    sign(petition, {**AMALIA, "given_name": "Amelia"})
    [form] = forms()
    stored = db.session.get(RepeatSigning, form.id)
    stored.form_data = {
        name: value for name, value in stored.form_data.items() if name != "tell_answer"
    }
    db.session.commit()
    confirm_form(form)
    assert row(signature_id).tell_answer is False


@pytest.mark.parametrize("wants", [True, False])
def test_confirmation_page_shows_what_will_be_recorded(client, petition, wants):
    signature_id = sign(petition, tell_answer=wants)
    page = client.get(link("confirm", signature_id))
    assert values(page, "data-tell-answer") == ["yes" if wants else "no"]


def test_confirmation_page_says_that_another_form_asked_for_less(client, petition):
    sign(petition)
    sign(petition, {**AMALIA, "given_name": "Amelia"}, tell_answer=True)
    answer_now()
    page = tree(client.get(form_link(forms()[0])))
    [fact] = page.xpath("//*[@data-tell-answer='no']")
    assert fact.xpath(".//*[@class='detail-note']")


def test_person_switches_it_on_and_off_on_the_own_page(client, petition):
    signature_id = sign_and_hatch(petition)
    page = f"{link('mine', signature_id)}/{signature_id}/answers"
    for wants in (True, True, False, False):
        answer = client.post(page, data={"wants": "y" if wants else "n"})
        assert answer.status_code == 303
        assert row(signature_id).tell_answer is wants
        shown = values(client.get(answer.location), "data-tell-answer")
        assert shown == ["yes" if wants else "no"]
    assert consents(signature_id) == [("answer", "web", False)]
    # Changed before it is counted, it is recorded at once and not a second time.
    other = sign(petition, ODILE)
    client.post(f"{link('mine', other)}/{other}/answers", data={"wants": "y"})
    confirm(other)
    hatch_now()
    assert consents(other) == [("answer", "web", True)]


def test_own_page_switches_nothing_of_other_people(client, petition):
    signature_id = sign_and_hatch(petition)
    other = sign_and_hatch(petition, ODILE)
    page = f"{link('mine', signature_id)}/{other}/answers"
    assert client.post(page, data={"wants": "y"}).status_code == 404
    assert row(other).tell_answer is False


def test_nobody_can_ask_where_no_answer_comes_but_everyone_can_stop(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    other = sign_and_hatch(petition, ODILE)
    offer(petition, False)
    own = f"{link('mine', signature_id)}/{signature_id}/answers"
    assert client.post(own, data={"wants": "n"}).status_code == 303
    assert client.post(own, data={"wants": "y"}).status_code == 410
    assert row(signature_id).tell_answer is False
    assert values(client.get(link("mine", other)), "data-tell-answer") == []


def test_download_has_the_choice_and_its_consent(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    answer = client.get(f"{link('mine', signature_id)}/download.json")
    [signature] = json.loads(answer.text)["signatures"]
    assert signature["tell_answer"] is True
    assert [consent["purpose"] for consent in signature["consents"]] == ["answer"]


def test_link_to_stop_shows_a_button_and_changes_nothing(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    answer = client.get(stop_link(signature_id))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert tree(answer).xpath('//form[@method="post"]')
    assert AMALIA["given_name"] not in answer.text
    assert row(signature_id).tell_answer is True


def test_button_and_mail_program_stop_it_and_again_is_harmless(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    stop = stop_link(signature_id)
    assert client.post(stop, data=ONE_CLICK).status_code == 200
    assert row(signature_id).tell_answer is False
    assert consents(signature_id) == [("answer", "web", False)]
    answer = client.post(stop)
    assert answer.status_code == 303
    assert values(client.get(answer.location), "data-testid") == ["answers-stopped"]
    assert row(signature_id).state == "counted"


def test_link_stops_both_people_at_an_address_but_no_other_petition(client):
    petition = make_petition(two_per_address=True)
    amalia, teo = (sign_and_hatch(petition, person, tell_answer=True) for person in (AMALIA, TEO))
    other = sign_and_hatch(
        make_petition("law", cause_id=petition.cause_id), AMALIA, tell_answer=True
    )
    client.post(stop_link(amalia), data=ONE_CLICK)
    assert [row(item).tell_answer for item in (amalia, teo, other)] == [False, False, True]


def test_link_of_someone_erased_or_of_another_purpose_changes_nothing(client, petition):
    signature_id = sign_and_hatch(petition, tell_answer=True)
    own = tokens.token_for(tokens.RECEIPT, row(signature_id))
    assert client.post(f"/en/signatures/answers/{own}").status_code == 404
    stop = stop_link(signature_id)
    write(erase, [signature_id])
    page = client.get(stop)
    assert page.status_code == 404
    # It must not say that anything has stopped.
    assert values(page, "data-testid") == ["nothing-stopped"]
    assert client.post(stop, data=ONE_CLICK).status_code == 404
    assert (row(signature_id).tell_answer, consents(signature_id)) == (False, [])
