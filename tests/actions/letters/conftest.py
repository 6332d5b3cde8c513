"""Fixtures: a clock that a test moves, and an application that sends letters from a domain."""

import pytest

from tests.actions.letters.sending import DOMAIN, MovingClock
from tests.factories.letter_rows import at


@pytest.fixture
def present(monkeypatch):
    """The present: a morning, until the test moves it."""
    return MovingClock(monkeypatch, at("2026-06-10T09:00:00+00:00"))


@pytest.fixture
def letter_app(app, monkeypatch):
    """The application with LETTERS_DOMAIN."""
    monkeypatch.setitem(app.config, "LETTERS_DOMAIN", DOMAIN)
    return app
