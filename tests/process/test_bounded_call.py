"""Tests of calls that are given up after a time."""

from threading import Event

import pytest

from campaign.process.bounded_call import BoundedCall


def test_result_and_error_are_passed_on():
    assert BoundedCall(lambda: 7, seconds=60).result() == 7
    with pytest.raises(ZeroDivisionError):
        BoundedCall(lambda: 1 / 0, seconds=60).result()


def test_each_question_is_a_new_call():
    answers = iter((1, 2))
    call = BoundedCall(lambda: next(answers), seconds=60)
    assert (call.result(), call.result()) == (1, 2)


def test_call_that_hangs_is_given_up_and_not_repeated():
    goes_on, calls = Event(), []

    def hang():
        calls.append(1)
        goes_on.wait(60)
        return len(calls)

    call = BoundedCall(hang, seconds=0.01)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            call.result()
    assert calls == [1]
    goes_on.set()
    assert BoundedCall(call.result, seconds=60).result() in (1, 2)
