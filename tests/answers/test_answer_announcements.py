"""Tests of announcing an answer: once to each who asked, despite crashes."""

from datetime import timedelta

import pytest

from campaign.answers import announcements as operations
from campaign.answers.announcements import announcement_sender
from campaign.answers.emails import sample
from campaign.answers.operations import change_answer, publish_answer, withdraw_answer
from campaign.answers.queries import answer_by_id
from campaign.answers.recipients import people_by_language
from campaign.extensions import write
from campaign.mail.bulk import sending
from campaign.mail.bulk.rendering import WAIT_SECONDS
from campaign.mail.bulk.sending import AlreadyBegun
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from campaign.subscriptions.operations import suppress
from tests.answers.announcing import announce_all, announced_by_email, delivered
from tests.factories.announcements import address, answer_announcement_now, ask_many, begin
from tests.factories.answers import content_of, make_answer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, confirm, row, sign, sign_and_hatch, withdraw
from tests.page_parts import tree

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


def test_only_people_of_the_petition_who_asked_and_count_are_told(app, petition):
    other = make_petition("law", cause_id=petition.cause_id)
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    sign_and_hatch(petition, ODILE)
    sign_and_hatch(other, {**ODILE, "email": "other@kwan.example"}, tell_answer=True)
    sign(petition, {**ODILE, "email": "pending@kwan.example"}, tell_answer=True)
    sign(
        petition, {**ODILE, "email": "held@kwan.example"}, tell_answer=True, held_reason="no_proof"
    )
    left = sign_and_hatch(petition, {**ODILE, "email": "left@kwan.example"}, tell_answer=True)
    withdraw(left)
    erased = sign_and_hatch(petition, {**ODILE, "email": "erased@kwan.example"}, tell_answer=True)
    write(erase_one, signature_id=erased)
    waits = sign(petition, {**ODILE, "email": "confirmed@kwan.example"}, tell_answer=True)
    confirm(waits)
    assert row(waits).state == "confirmed"
    assert people_by_language(petition.id, now=utcnow()) == {"en": 2}
    begin(make_answer(petition))
    announce_all()
    assert delivered(app) == [AMALIA["email"], "confirmed@kwan.example"]


def test_suppressed_address_is_not_even_queued(petition):
    ids = ask_many(petition, 2)
    write(suppress, email_digest=row(ids[0]).email_digest, reason="request", now=utcnow())
    begun = begin(make_answer(petition))
    assert (begun.people, announce_all()) == (1, 1)


def test_someone_who_asks_later_is_not_told_of_this_answer(petition):
    ask_many(petition, 1)
    begin(make_answer(petition), now=utcnow() - timedelta(hours=1))
    ask_many(petition, 1, first=1, now=utcnow())
    assert announce_all() == 1


def test_withdrawn_answer_stops_the_rest_until_it_is_published_again(app, petition, monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    ask_many(petition, 5)
    answer = make_answer(petition)
    begun = begin(answer)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    write(withdraw_answer, answer_id=answer.id, now=utcnow())
    assert announce_all() == 0
    assert answer_announcement_now(answer).state == "paused"
    assert delivered(app) == []
    with pytest.raises(operations.NothingToAnnounce):
        write(announcement_sender.resume, row_id=begun.id)
    write(publish_answer, answer_id=answer.id, now=utcnow())
    write(announcement_sender.resume, row_id=begun.id)
    assert announce_all() == 3
    assert delivered(app) == [address(number) for number in range(5)]
    report = announcement_sender.report(answer_announcement_now(answer))
    assert (report["sent"], report["dropped"], report["waiting"]) == (5, 0, 0)


def test_answer_withdrawn_after_all_are_queued_is_sent_when_it_is_published_again(app, petition):
    ask_many(petition, 3)
    answer = make_answer(petition)
    begin(answer)
    assert announce_all() == 3
    write(withdraw_answer, answer_id=answer.id, now=utcnow())
    assert delivered(app) == []
    assert announcement_sender.report(answer_announcement_now(answer))["waiting"] == 3
    write(publish_answer, answer_id=answer.id, now=utcnow())
    assert delivered(app, now=utcnow() + timedelta(seconds=WAIT_SECONDS)) == [
        address(number) for number in range(3)
    ]


def test_correction_of_the_text_sends_nothing_again(petition):
    ask_many(petition, 2)
    answer = make_answer(petition)
    begin(answer)
    assert announce_all() == 2
    content = content_of(petition, texts={"en": "We will publish it in May."})
    write(change_answer, answer_id=answer.id, version=answer.version, content=content)
    with pytest.raises(AlreadyBegun):
        begin(answer)
    assert announce_all() == 0


def test_another_answer_tells_the_same_people_again(app, petition):
    ask_many(petition, 2)
    for _ in range(2):
        begin(make_answer(petition))
        assert announce_all() == 2


def test_draft_tells_nobody(petition):
    with pytest.raises(operations.NothingToAnnounce):
        begin(make_answer(petition, state="draft"))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_email_has_what_an_email_to_many_should_have(app, client, petition, lang):
    signature_id = sign_and_hatch(petition, {**AMALIA, "lang": lang}, tell_answer=True)
    texts = {"en": "We will *publish* it.\n\n[The list](https://senate.example/)", "es": "*Sí*."}
    answer = make_answer(petition, texts=texts, outcome="promised")
    begin(answer)
    text, _html = announced_by_email(app, client, signature_id)
    assert ("Sí." if lang == "es" else "The list (https://senate.example/)") in text
    assert f"#answer-{answer.id}" in text


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["es", "fr"])
def test_email_says_like_the_page_that_the_answer_is_not_translated(client, petition, lang):
    answer = make_answer(petition)
    page = tree(client.get(f"/{lang}/petitions/{petition.slug}"))
    hint = page.xpath(f"normalize-space(//*[@data-answer='{answer.id}']//*[@class='hint'])")
    assert hint
    for language, is_said in ((lang, True), ("en", False)):
        email = sample(answer_by_id(answer.id), language)
        assert (hint in " ".join(email.text.split())) == is_said
        assert (hint in " ".join(email.html.split())) == is_said
