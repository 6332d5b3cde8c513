"""Tests of the emails about a new email address: to whom, when, and what they do not reveal."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from campaign.extensions import write
from campaign.mail.renderers import bound_kinds, renderers_of
from campaign.mailboxes import operations
from campaign.process.clock import utcnow
from tests.factories.mailboxes import (
    NEW,
    OLD,
    change,
    confirm_request,
    confirmed,
    link,
    move,
    request,
)
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_and_hatch

LANGS = ["en", "es", "fr"]


def compose(app, kind, change_id, lang="en"):
    queued = SimpleNamespace(kind=kind, subject_id=change_id, lang=lang)
    return renderers_of(app)[kind](queued)


@pytest.mark.parametrize("lang", LANGS)
def test_request_goes_to_the_new_address(app, petition, lang):
    sign_and_hatch(petition)
    change_id = request(lang=lang)
    message = compose(app, operations.REQUEST, change_id, lang)
    assert (message.to, message.digest) == (NEW, change(change_id).new_digest)
    for body in (message.text, message.html):
        assert f"http://localhost{link(change_id, lang=lang)}" in body
        # Its reader may be a stranger, so not even a part of the old address is in it.
        assert OLD.partition("@")[2] not in body
        assert link(change_id, to_old=True, lang=lang) not in body


@pytest.mark.parametrize("lang", LANGS)
def test_notice_goes_to_the_old_address(app, petition, lang):
    sign_and_hatch(petition)
    change_id = confirmed(lang=lang)
    message = compose(app, operations.NOTICE, change_id, lang)
    assert (message.to, message.digest) == (OLD, change(change_id).old_digest)
    for body in (message.text, message.html):
        assert f"http://localhost{link(change_id, to_old=True, lang=lang)}" in body
        assert NEW not in body


@pytest.mark.parametrize("lang", LANGS)
def test_ends_are_told_to_the_new_address(app, petition, lang):
    sign_and_hatch(petition)
    change_id = confirmed()
    write(operations.stop, change_id=change_id, now=utcnow())
    stopped = compose(app, operations.STOPPED, change_id, lang)
    done = compose(app, operations.DONE, move(), lang)
    assert (stopped.to, done.to) == (NEW, NEW)
    assert f"http://localhost/{lang}/mine" in done.text
    for message in (stopped, done):
        assert OLD not in message.text + message.html


def test_notice_that_leaves_late_names_a_later_day(app, petition):
    sign_and_hatch(petition)
    texts = set()
    for days_ago in (5, 0):
        change_id = confirm_request(now=utcnow() - timedelta(days=days_ago))
        text = compose(app, operations.NOTICE, change_id).text
        texts.add(text.replace(link(change_id, to_old=True), ""))
    assert len(texts) == 1


def test_notice_that_needs_agreement_names_no_day(app, petition):
    sign_and_hatch(petition)
    first = confirmed()
    with_day = compose(app, operations.NOTICE, first)
    write(operations.stop, change_id=first, now=utcnow())
    without_day = compose(app, operations.NOTICE, confirmed())
    assert with_day.subject != without_day.subject


def test_emails_that_no_longer_apply_are_dropped(app, petition):
    sign_and_hatch(petition)
    expired = request(now=utcnow() - timedelta(days=8))
    assert compose(app, operations.REQUEST, expired) is None
    change_id = confirmed()
    assert compose(app, operations.REQUEST, change_id) is None
    assert compose(app, operations.STOPPED, change_id) is None
    assert compose(app, operations.DONE, change_id) is None
    write(operations.stop, change_id=change_id, now=utcnow())
    assert compose(app, operations.NOTICE, change_id) is None
    for kind in (operations.REQUEST, operations.NOTICE, operations.STOPPED, operations.DONE):
        assert compose(app, kind, 999) is None


def test_only_the_request_counts_toward_the_daily_limit(app):
    kinds = (operations.REQUEST, operations.NOTICE, operations.STOPPED, operations.DONE)
    assert [kind for kind in kinds if kind in bound_kinds(app)] == [operations.REQUEST]


def test_emails_of_a_neutral_petition_show_no_sender(app):
    petition = make_petition(neutral_emails=True)
    sign_and_hatch(petition)
    assert not compose(app, operations.REQUEST, request()).has_sender_name
    assert not compose(app, operations.NOTICE, confirmed()).has_sender_name
    assert not compose(app, operations.DONE, move()).has_sender_name


def test_other_emails_show_the_sender(app, petition):
    sign_and_hatch(petition)
    assert compose(app, operations.REQUEST, request()).has_sender_name
