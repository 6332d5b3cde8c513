"""Tests of the tasks on the overview to tell people about answers and results."""

from datetime import timedelta

import pytest

from campaign.answers.announcements import (
    REMINDED_FOR,
    announcement_sender,
)
from campaign.answers.operations import publish_answer
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories.announcements import ask_many, begin, begin_about, set_result
from tests.factories.answers import make_answer
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.page_parts import links

pytestmark = pytest.mark.both_databases

RESULT = "/organize/answers/home/result/telling"


@pytest.fixture
def petition(app):
    """A petition that one person signed who wants to be told about answers."""
    petition = make_petition(cause_id=make_cause().id)
    ask_many(petition, 1)
    return petition


@pytest.fixture
def desk(desk_of, petition):
    return desk_of("owner", petition.cause_id)


def tasks(desk):
    """Return the pages of telling people that the overview links to."""
    return {link for link in links(desk.get("/organize/")) if "/telling" in link}


def page_of(answer):
    return f"/organize/answers/home/{answer.id}/telling"


def test_published_answer_is_a_task_until_people_are_told(desk, petition):
    make_answer(petition, state="draft")
    assert tasks(desk) == set()
    answer = make_answer(petition)
    assert tasks(desk) == {page_of(answer)}
    begin(answer)
    assert tasks(desk) == set()


def test_result_is_a_task_until_people_are_told_of_this_one(desk, petition):
    partly = set_result(petition, "partly_won")
    assert tasks(desk) == {RESULT}
    begin_about(partly)
    assert tasks(desk) == set()
    set_result(petition, "won")
    assert tasks(desk) == {RESULT}
    set_result(petition, "")
    assert tasks(desk) == set()


def test_pause_is_a_task_until_it_ends(desk, petition):
    answer = make_answer(petition)
    begun = begin(answer)
    write(announcement_sender.pause, row_id=begun.id)
    assert tasks(desk) == {page_of(answer)}
    write(announcement_sender.resume, row_id=begun.id)
    assert tasks(desk) == set()
    write(announcement_sender.pause, row_id=begun.id)
    write(announcement_sender.stop, row_id=begun.id, now=utcnow())
    assert tasks(desk) == set()


def test_pause_of_a_former_result_links_to_that_one(desk, petition):
    begun = begin_about(set_result(petition, "partly_won"))
    write(announcement_sender.pause, row_id=begun.id)
    assert tasks(desk) == {f"{RESULT}?result=partly_won"}


def test_nobody_is_reminded_where_nobody_asked_or_of_old_news(desk, petition):
    other = make_petition("other", cause_id=petition.cause_id)
    make_answer(other)
    set_result(other, "won")
    old = utcnow() - REMINDED_FOR - timedelta(days=1)
    write(publish_answer, answer_id=make_answer(petition, state="draft").id, now=old)
    set_result(petition, "won", day=old.date())
    assert tasks(desk) == set()


def test_only_those_who_may_send_are_reminded(desk_of, petition):
    make_answer(petition)
    set_result(petition, "won")
    assert tasks(desk_of("editor", petition.cause_id)) == set()
    assert tasks(desk_of("owner", make_cause("other").id)) == set()
    assert len(tasks(desk_of("admin"))) == 2
