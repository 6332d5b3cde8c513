"""Tests of what emails about answers and about results have in common."""

import pytest

from campaign.answers import jobs
from campaign.answers import telling as operations
from campaign.extensions import write
from campaign.mail import bulk
from campaign.process.clock import utcnow
from campaign.switches.operations import switch_off
from tests.answers.told import delivered, queued, tell_all
from tests.factories.answers import make_answer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, TEO, sign_and_hatch
from tests.factories.telling import ask_many, begin_about, set_result, told_now, topic_of
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


@pytest.fixture(params=["answer", "result"])
def publish(request):
    """Return a function that publishes an answer or sets a result, and returns its Topic."""
    if request.param == "answer":
        return lambda petition: topic_of(make_answer(petition))
    return lambda petition: set_result(petition, "won")


def test_two_people_with_one_address_get_one_email(app, publish):
    petition = make_petition(two_per_address=True)
    for person in (AMALIA, TEO):
        sign_and_hatch(petition, person, tell_answer=True)
    begun = begin_about(publish(petition))
    assert begun.people == 1
    tell_all()
    assert delivered(app) == [AMALIA["email"]]


def test_pause_resume_and_stop_are_obeyed(app, petition, monkeypatch, publish):
    monkeypatch.setattr(bulk, "BATCH_SIZE", 2)
    ask_many(petition, 6)
    topic = publish(petition)
    begun = begin_about(topic)
    write(jobs.tell_batch, telling_id=begun.id, now=utcnow())
    write(operations.pause_telling, telling_id=begun.id)
    assert tell_all() == 0
    assert operations.report(told_now(topic))["waiting"] == 6
    write(operations.resume_telling, telling_id=begun.id)
    write(jobs.tell_batch, telling_id=begun.id, now=utcnow())
    write(operations.stop_telling, telling_id=begun.id, now=utcnow())
    assert tell_all() == 0
    assert delivered(app) == []
    report = operations.report(told_now(topic))
    assert report == {"waiting": 0, "sent": 0, "failed": 0, "dropped": 4, "unreached": 2}
    with pytest.raises(operations.TellingOver):
        write(operations.resume_telling, telling_id=begun.id)


def test_two_workers_at_once_tell_nobody_twice(app, petition, monkeypatch, publish):
    monkeypatch.setattr(bulk, "BATCH_SIZE", 7)
    ask_many(petition, 40)
    topic = publish(petition)
    begun = begin_about(topic)

    def work():
        handled = 0
        while batch := write(jobs.tell_batch, telling_id=begun.id, now=utcnow()).readers:
            handled += batch
        return handled

    assert sum(together(app, [work] * 3)) == 40
    assert (queued(), told_now(topic).emailed) == (40, 40)


def test_it_waits_while_earlier_emails_wait_and_while_mailings_are_off(
    petition, monkeypatch, publish
):
    monkeypatch.setattr(bulk, "MAX_WAITING", 3)
    ask_many(petition, 5)
    begun = begin_about(publish(petition))
    assert tell_all() == 3
    batch = write(jobs.tell_batch, telling_id=begun.id, now=utcnow())
    assert (batch.readers, batch.next_at is not None) == (0, True)
    monkeypatch.setattr(bulk, "MAX_WAITING", 30)
    write(switch_off, name="mailings", now=utcnow())
    assert write(jobs.tell_batch, telling_id=begun.id, now=utcnow()).readers == 0
