"""Fixtures that the tests of signatures share."""

from types import SimpleNamespace

import pytest

from campaign.extensions import db, transactions
from campaign.mail.renderers import renderers_of
from tests.factories.petitions import make_petition


@pytest.fixture
def shared_petition(app):
    """A petition that two people may sign with one address."""
    return make_petition(two_per_address=True)


@pytest.fixture
def served(app, monkeypatch):
    """The application as the production server runs it, with group commit."""
    for name in ("write_lock", "group_commit"):
        monkeypatch.setitem(app.extensions, name, app.extensions[name])
    transactions.init_app(app, grouped=True)
    return app


@pytest.fixture
def composed(app):
    """Compose an email of a kind about a row, as the worker requests it."""

    def compose_one(kind, subject_id, lang="en"):
        db.session.rollback()
        return renderers_of(app)[kind](SimpleNamespace(subject_id=subject_id, lang=lang))

    return compose_one
