"""Tests of the email that thanks people and tells them their number."""

import pytest
from sqlalchemy import select

from campaign.extensions import db
from campaign.mail.models import BULK, OutboxMessage
from campaign.signatures.thanks import THANKS
from tests.factories.signatures import confirm, sign, sign_and_hatch

pytestmark = pytest.mark.both_databases


def test_x(petition, app):
    from types import SimpleNamespace
    from campaign.mail.renderers import renderers_of
    from campaign.process.clock import utcnow
    signature_id = sign_and_hatch(petition)
    for lang in ("en", "es", "fr"):
        m = renderers_of(app)[THANKS](SimpleNamespace(subject_id=signature_id, lang=lang, created_at=utcnow()))
        print(m.subject); print(m.text)
    from campaign.signatures.signing.repeats import CONFIRMATION
    m = renderers_of(app)[CONFIRMATION](SimpleNamespace(subject_id=sign(petition, email="b@b.example"), lang="en", created_at=utcnow()))
    print(m.subject); print(m.text)
    assert 0
