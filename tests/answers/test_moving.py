"""Tests of emails about answers and results that are queued while an address changes."""

import pytest

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.subscriptions.operations import suppress
from tests.answers.announcing import announce_all, delivered
from tests.factories.announcements import begin, begin_about, set_result
from tests.factories.answers import make_answer
from tests.factories.mailboxes import NEW, OLD, move
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, TEO, hatch_now, row, sign_and_hatch

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


def begin_answer(petition):
    begin(make_answer(petition))


def begin_result(petition):
    begin_about(set_result(petition, "won"))


@pytest.mark.parametrize("begin_one", [begin_answer, begin_result])
def test_queued_email_goes_to_the_new_address(app, petition, begin_one):
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    sign_and_hatch(petition, ODILE, tell_answer=True)
    begin_one(petition)
    assert announce_all() == 2
    move()
    assert delivered(app) == sorted([NEW, ODILE["email"]])


@pytest.mark.parametrize("emails", [(OLD, NEW), (NEW, OLD)])
@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True)])
def test_person_who_signed_with_both_addresses_gets_one_email(app, petition, emails, first, second):
    for email, wants in zip(emails, (first, second), strict=True):
        sign_and_hatch(petition, email=email, tell_answer=wants)
    begin_answer(petition)
    assert announce_all() == first + second
    move()
    hatch_now()
    assert delivered(app) == [NEW]


def test_email_that_was_sent_before_the_move_is_not_sent_again(app, petition):
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    begin_answer(petition)
    announce_all()
    assert delivered(app) == [OLD]
    move()
    announce_all()
    assert delivered(app) == []


@pytest.mark.parametrize("reason", ["request", "complaint"])
def test_person_who_asked_for_no_email_gets_none_at_the_new_address(app, petition, reason):
    signature_id = sign_and_hatch(petition, AMALIA, tell_answer=True)
    write(suppress, email_digest=row(signature_id).email_digest, reason=reason, now=utcnow())
    move()
    begin_answer(petition)
    assert announce_all() == 0
    assert delivered(app) == []


def test_person_who_stays_at_the_old_address_gets_their_own(app):
    petition = make_petition(two_per_address=True)
    vera, other = "vera@yahoo.com", "vera-x9@yahoo.com"
    sign_and_hatch(petition, TEO, email=other, tell_answer=True)
    sign_and_hatch(petition, AMALIA, email=vera)
    begin_answer(petition)
    announce_all()
    move(vera)
    assert delivered(app) == [other]
