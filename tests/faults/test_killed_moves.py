"""Tests of a worker that is killed while it moves a mailbox to a new address."""

import os
import signal

import pytest
from flask_migrate import upgrade

from campaign.extensions import db
from campaign.mailboxes import jobs, operations
from campaign.process.clock import utcnow
from campaign.signatures.queries import differences
from tests import databases, preloaded
from tests.conftest import SECRET, make_app
from tests.factories.events import come, make_event, registration
from tests.factories.mailboxes import NEW, OLD, change, confirmed
from tests.factories.petitions import make_petition
from tests.factories.signatures import hatch_now, queued_emails, row, sign_and_hatch
from tests.factories.subscriptions import subscribe, subscription

# It registers one more part, which kills the process when its turn comes.
WORKER = """
import os, signal, sys
from campaign import create_app
from campaign.extensions import db
from campaign.mailboxes import jobs
from campaign.mailboxes.parts import MailboxPart

def die(old, new, *, now):
    db.session.flush()
    os.kill(os.getpid(), signal.SIGKILL)

app = create_app()
with app.app_context():
    app.extensions["mailbox_parts"].insert(int(sys.argv[1]), MailboxPart(name="die", move=die))
    jobs.carry_out_changes(None)
"""


@pytest.fixture(params=databases.KINDS)
def site(request, tmp_path):
    """An application on its own database, and the environment of another process on it."""
    url = (
        databases.fresh(request.param)
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path / 'volante.sqlite3'}"
    )
    app = make_app(url, tmp_path)
    foreign = ("MAIL_URL", "REDIS_URL", "VOLANTE_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    environment |= {
        "DATABASE_URL": url,
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "http://localhost",
    }
    with app.app_context():
        upgrade()
        yield environment
        db.session.remove()
        db.engine.dispose()


@pytest.mark.one_database
@pytest.mark.slow
def test_everything_is_moved_exactly_once_after_a_kill(site):
    petition = make_petition()
    law = make_petition("law", cause_id=petition.cause_id)
    older, newer = sign_and_hatch(petition), sign_and_hatch(petition, email=NEW)
    other = sign_and_hatch(law)
    news = subscribe(cause_id=petition.cause_id)
    seat = come(make_event(cause_id=petition.cause_id))
    change_id = confirmed(now=utcnow() - operations.OBJECTION_PERIOD)
    for moved_parts in range(5):
        db.session.rollback()
        killed = preloaded.run("-c", WORKER, moved_parts, env=site)
        assert killed.returncode == -signal.SIGKILL, killed.stdout
        assert change(change_id).state == "waiting"
        assert {row(each).email for each in (older, other)} == {OLD}
        assert row(newer).state == "counted"
        assert {subscription(news).email, registration(seat).email} == {OLD}
    assert jobs.carry_out_changes(None) == 1
    assert jobs.carry_out_changes(None) == 0
    hatch_now()
    hatch_now()
    assert differences() == []
    assert {row(each).email for each in (older, other)} == {NEW}
    assert (row(newer).state, row(newer).email) == ("withdrawn", None)
    assert {subscription(news).email, registration(seat).email} == {NEW}
    kinds = [kind for kind, subject_id, _lang in queued_emails() if subject_id == change_id]
    assert kinds.count(operations.DONE) == 1
