"""Simulate a process that ends between two transactions, or in the middle of one."""

from itertools import count

import pytest

from campaign.extensions import write
from campaign.mail.bulk import sending
from tests.factories.jobs import run_jobs


class PowerCut(BaseException):
    """The end of a process, which runs no more of our code."""


def stopped_after(parts):
    """Return a `write` whose process ends after this many parts, with the next one half done."""
    left = iter(range(parts))

    def write_until(operation, *arguments):
        def half(*given):
            outcome = operation(*given)
            if next(left, None) is None:
                raise RuntimeError("the power went")
            return outcome

        return write(half, *arguments)

    return write_until


def cut_at_call(monkeypatch, owner, method, number):
    """Let the power go when the method is called for the time `number`."""
    original, calls = getattr(owner, method), count(1)

    def call(*arguments):
        if next(calls) == number:
            raise PowerCut
        return original(*arguments)

    monkeypatch.setattr(owner, method, call)


def cut_within_a_batch(monkeypatch, kind):
    """Run the job `kind` until the power goes within a batch of emails to many.

    Its receipts and its cursor are written by then, but nothing of the batch may stay.
    """

    def die(*_arguments, **_named):
        raise PowerCut

    with monkeypatch.context() as death:
        death.setattr(sending, "enqueue_many", die)
        with pytest.raises(PowerCut):
            run_jobs(kind)
