"""Fixtures that the tests of thanks share."""

from types import SimpleNamespace

import pytest

from campaign.extensions import db
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.signatures.operations import THANKS


@pytest.fixture
def thanked(app):
    """Render the email about a signature, as the worker does, or None if it is no longer needed."""

    def render(signature_id, lang="en", *, created_at=None):
        db.session.rollback()
        queued = SimpleNamespace(
            subject_id=signature_id, lang=lang, created_at=created_at or utcnow()
        )
        with app.app_context():
            return renderers_of(app)[THANKS](queued)

    return render
