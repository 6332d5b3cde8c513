"""Tests of announcing a result: once to each who asked, and never the same one twice."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from campaign.answers import announcements as operations
from campaign.answers.announcement_models import AnnouncementTopic, AnswerAnnouncement
from campaign.answers.announcements import announcement_sender
from campaign.extensions import db, write
from campaign.mail.bulk import sending
from campaign.mail.bulk.sending import AlreadyBegun
from campaign.petitions.models import RESULTS
from campaign.process.clock import utcnow
from tests.answers.announcing import announce_all, announced_by_email, delivered, parsed
from tests.factories.announcements import (
    address,
    announcement_now,
    ask_many,
    begin,
    begin_about,
    set_result,
)
from tests.factories.answers import make_answer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, sign_and_hatch
from tests.mail.mail_server import Script
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


def test_two_who_press_at_once_begin_it_once(app, petition):
    ask_many(petition, 2)
    won = set_result(petition, "won")

    def press():
        try:
            write(operations.begin_announcement, topic=won, people=2, now=utcnow())
        except AlreadyBegun:
            return 0
        return 1

    assert sum(together(app, [press] * 3)) == 1
    assert announce_all() == 2


def test_same_result_is_never_told_again_but_another_one_is(petition):
    ask_many(petition, 2)
    partly = set_result(petition, "partly_won")
    begin_about(partly)
    assert announce_all() == 2
    with pytest.raises(AlreadyBegun):
        begin_about(partly)
    # A corrected day is the same result.
    set_result(petition, "partly_won", day=date(2026, 5, 4))
    with pytest.raises(AlreadyBegun):
        begin_about(partly)
    won = set_result(petition, "won")
    begin_about(won)
    assert announce_all() == 2
    set_result(petition, "partly_won")
    with pytest.raises(AlreadyBegun):
        begin_about(partly)
    assert announce_all() == 0
    assert [row.result for row in operations.result_announcements(petition.id)] == [
        "won",
        "partly_won",
    ]


def test_answers_and_results_are_told_apart(app, petition):
    ask_many(petition, 2)
    begin(make_answer(petition, outcome="done"))
    begin(make_answer(petition))
    begin_about(set_result(petition, "won"))
    assert announce_all() == 6
    assert delivered(app) == [address(0)] * 3 + [address(1)] * 3


def test_result_of_another_petition_is_its_own(petition):
    other = make_petition("law", cause_id=petition.cause_id)
    ask_many(other, 2)
    begin_about(set_result(petition, "won"))
    assert announce_all() == 0
    assert begin_about(set_result(other, "won")).people == 2
    assert announce_all() == 2


@pytest.mark.parametrize("then", ["partly_won", ""])
def test_changed_result_stops_the_rest_until_it_is_set_again(app, petition, monkeypatch, then):
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    ask_many(petition, 5)
    won = set_result(petition, "won")
    begun = begin_about(won)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    set_result(petition, then)
    assert announce_all() == 0
    assert announcement_now(won).state == "paused"
    # Two emails are queued. Nobody gets a result that is not true now.
    assert delivered(app) == []
    with pytest.raises(operations.NothingToAnnounce):
        write(announcement_sender.resume, row_id=begun.id)
    set_result(petition, "won")
    write(announcement_sender.resume, row_id=begun.id)
    assert announce_all() == 3
    assert delivered(app) == [address(number) for number in range(5)]
    assert announcement_sender.report(announcement_now(won))["dropped"] == 0


@pytest.mark.parametrize(("is_set", "announced"), [("", "won"), ("won", "partly_won"), ("", "")])
def test_only_the_result_that_is_set_can_be_announced(petition, is_set, announced):
    ask_many(petition, 1)
    set_result(petition, is_set)
    with pytest.raises(operations.NothingToAnnounce):
        begin_about(AnnouncementTopic(petition.id, result=announced))
    assert announce_all() == 0


def test_restored_database_stops_the_announcement_of_that_result_alone(petition):
    ask_many(petition, 1)
    partly = set_result(petition, "partly_won")
    assert write(operations.stop_restored, topic=partly, now=utcnow())
    assert not write(operations.stop_restored, topic=partly, now=utcnow())
    with pytest.raises(AlreadyBegun):
        begin_about(partly)
    begin_about(set_result(petition, "won"))
    assert announce_all() == 1


def test_database_refuses_what_would_tell_twice_or_of_nothing(petition):
    answer_id = make_answer(petition).id
    petition_id = petition.id

    def add(*topics):
        db.session.add_all(
            AnswerAnnouncement(petition_id=petition_id, people=0, starts_at=utcnow(), **topic)
            for topic in topics
        )
        db.session.flush()

    for wrong in (
        [{"result": "won"}] * 2,
        [{"answer_id": answer_id}] * 2,
        [{}],
        [{"answer_id": answer_id, "result": "won"}],
        [{"result": "lost"}],
    ):
        with pytest.raises(IntegrityError):
            write(add, *wrong)
        db.session.rollback()
    write(add, *({"result": result} for result in RESULTS), {"answer_id": answer_id})


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("result", RESULTS)
def test_email_has_what_an_email_to_many_should_have(app, client, petition, lang, result):
    signature_id = sign_and_hatch(petition, {**AMALIA, "lang": lang}, tell_answer=True)
    begin_about(set_result(petition, result, day=date(2026, 5, 4)))
    text, html = announced_by_email(app, client, signature_id)
    assert "2026" in text and "2026" in html
    assert f"http://localhost/{lang}/petitions/{petition.slug}" in text.split()


def test_email_links_to_the_answers_if_there_are_any(app, petition):
    ask_many(petition, 1)
    make_answer(petition)
    begin_about(set_result(petition, "won"))
    announce_all()
    script = Script()
    delivered(app, script)
    assert (
        f"/petitions/{petition.slug}#answers" in parsed(script).get_body(("plain",)).get_content()
    )
