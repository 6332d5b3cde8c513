"""Tests of many requests at once: nothing is counted twice, and nothing is lost."""

import threading
from functools import partial

import pytest

from campaign.causes.queries import cause_count
from campaign.extensions import db, write
from campaign.signatures.counting import hatching
from campaign.signatures.queries import differences
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    TEO,
    confirm,
    hatch_now,
    link,
    post_signature,
    queued_emails,
    restore,
    row,
    rows,
    sign,
    sign_and_hatch,
    sign_many,
    withdraw,
)
from tests.together import together

pytestmark = pytest.mark.both_databases


def given_numbers():
    return sorted(row.number for row in rows() if row.number)


@pytest.mark.parametrize("kind", ["app", "served"])
def test_twenty_who_sign_one_address_at_once_are_one(kind, request, petition):
    app = request.getfixturevalue(kind)
    answers = together(
        app, [lambda: post_signature(app.test_client(), petition, AMALIA, headers=JSON)] * 20
    )
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (201, '{"status":"pending"}\n')
    }
    assert len(rows()) == 1
    assert len(queued_emails()) == 1


def test_two_who_share_an_address_and_sign_at_once_are_two(served, shared_petition):
    people = [AMALIA, TEO] * 6 + [{**AMALIA, "given_name": "Nestor"}] * 3
    together(served, [lambda details=details: sign(shared_petition, details) for details in people])
    assert [row.position_at_address for row in rows()] == [1, 2]
    assert len({row.full_name for row in rows()}) == 2


def test_thirty_one_who_confirm_at_once_get_numbers_without_a_gap(served, petition):
    ids = sign_many(petition, 31)
    presses = [partial(served.test_client().post, link("confirm", item)) for item in ids]
    answers = together(served, presses)
    assert {answer.status_code for answer in answers} == {303}
    hatch_now()
    assert given_numbers() == list(range(1, 32))
    assert cause_count(petition.cause_id) == 31
    assert differences() == []


def test_concurrent_presses_of_one_button_confirm_once(served, petition):
    path = link("confirm", sign(petition))
    targets = together(served, [lambda: served.test_client().post(path).location] * 10)
    assert len(set(targets)) == 1
    hatch_now()
    assert given_numbers() == [1]
    assert differences() == []


def test_concurrent_runners_never_count_twice(app, petition):
    for signature_id in sign_many(petition, 60):
        confirm(signature_id)

    def run(name):
        return sum(hatch_now(holder=name, limit=7) for _ in range(12))

    together(app, [lambda name=name: run(name) for name in ("first", "second", "third")])
    while hatch_now(holder="first", limit=7):
        pass
    assert given_numbers() == list(range(1, len(given_numbers()) + 1))
    assert cause_count(petition.cause_id) == len(given_numbers())
    assert differences() == []


def test_people_sign_confirm_and_withdraw_while_two_runners_hatch(served, petition):
    ids = sign_many(petition, 24)
    for signature_id in ids[:12]:
        confirm(signature_id)
    hatch_now()

    come = [partial(confirm, signature_id) for signature_id in ids[12:]]
    go = [partial(withdraw, signature_id) for signature_id in ids[:6]]
    runners = [
        lambda name=name: [hatch_now(holder=name) for _ in range(5)] for name in ("one", "two")
    ]
    together(served, [*come, *go, *runners])
    _hatch_all()
    assert len(given_numbers()) == 18
    assert differences() == []


@pytest.fixture
def do_during(app, monkeypatch):
    """Do something after the runner has chosen its rows and before it writes them."""
    threads = []

    def arrange(name, act):
        original = getattr(hatching, name)

        def interrupted(*arguments, **options):
            if not threads:
                thread = threading.Thread(target=_in_context, args=(app, act))
                threads.append(thread)
                thread.start()
                # It may have to wait for the runner. Then it continues right after.
                thread.join(0.3)
            return original(*arguments, **options)

        monkeypatch.setattr(hatching, name, interrupted)

    yield arrange
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_withdrawal_during_hatching_is_not_lost(do_during, petition):
    signature_id = sign(petition)
    confirm(signature_id)
    done = threading.Event()
    do_during("_next_numbers", lambda: (withdraw(signature_id), done.set()))
    hatch_now()
    assert done.wait(20)
    _hatch_all()
    assert (row(signature_id).state, row(signature_id).number) == ("withdrawn", None)
    assert differences() == []


def test_change_of_mind_during_the_release_is_not_lost(do_during, petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    done = threading.Event()
    do_during("_subtract_from_causes", lambda: (restore(signature_id), done.set()))
    hatch_now()
    assert done.wait(20)
    _hatch_all()
    assert (row(signature_id).state, row(signature_id).number) == ("counted", 1)
    assert differences() == []


def test_failing_request_harms_no_other_in_its_group_commit(served, petition):
    def fail():
        raise KeyError("not theirs")

    def fail_alone():
        with pytest.raises(KeyError):
            write(fail)

    works = [
        lambda place=place: sign(petition, ODILE, email=f"o{place}@kwan.example")
        for place in range(8)
    ]
    results = together(served, [*works, *[fail_alone] * 4])
    assert sorted(results[:8]) == [row.id for row in rows()]


def _in_context(app, act):
    with app.app_context():
        act()


def _hatch_all():
    while hatch_now(holder="test"):
        pass
    db.session.rollback()
