"""Tests with a real standby of PostgreSQL: reads from it, and failover to it."""

import threading
import time

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, select

import config
from campaign.cli.doctor.server_checks import check_standby
from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.signatures.models import Signature
from tests.conftest import make_app
from tests.db import clusters
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, post_signature

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not clusters.can_replicate(), reason=clusters.CANNOT_REPLICATE),
]
WAIT_SECONDS = 60
FAILOVER_SECONDS = 30
JSON = {"Accept": "application/json"}


@pytest.fixture
def servers():
    """A primary with our tables, and its standby."""
    primary = clusters.new_primary()
    standby = clusters.new_standby(primary)
    yield primary, standby
    standby.stop()
    primary.stop()


def serve(var, url, **settings):
    """Return an application that serves with the settings of a real one."""
    loaded = config.load({"DATABASE_URL": url, "VAR_DIR": str(var), "WEB_CONCURRENCY": "1"})
    return make_app(
        loaded["SQLALCHEMY_DATABASE_URI"],
        var,
        SQLALCHEMY_ENGINE_OPTIONS=loaded["SQLALCHEMY_ENGINE_OPTIONS"],
        SERVING=True,
        **settings,
    )


def until(condition, seconds=WAIT_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def replicated(servers, tmp_path):
    """An application that reads from the standby, its servers, and the slug of a petition."""
    primary, standby = servers
    app = serve(
        tmp_path,
        primary.url(),
        DATABASE_REPLICA_URL=standby.url().replace("postgresql:", "postgresql+psycopg:"),
    )
    with app.app_context():
        upgrade()
        slug = make_petition().slug
        db.session.remove()
    replica = app.extensions["replica"]
    until(lambda: replica.is_usable)
    yield app, primary, standby, slug
    replica.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def count_statements(engine):
    """Return a list that grows with each SELECT of a table on an engine."""
    seen = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_):
        if "FROM" in statement.upper().split() and "pg_" not in statement:
            seen.append(statement)

    return seen


def test_public_pages_are_read_from_the_standby(replicated):
    app, _primary, _standby, slug = replicated
    client = app.test_client()
    with app.app_context():
        on_primary = count_statements(db.engine)
    on_replica = count_statements(app.extensions["replica"].engine)
    client.get(f"/en/petitions/{slug}")
    on_primary.clear()
    on_replica.clear()
    assert client.get(f"/en/petitions/{slug}").status_code == 200
    assert on_replica
    assert not [text for text in on_primary if "FROM petition" in text]
    on_replica.clear()
    # What follows someone's own change is never read from it.
    assert post_signature(client, _petition(slug), AMALIA, headers=JSON).status_code == 201
    client.get("/organize/")
    assert not on_replica


def _petition(slug):
    return type("Slug", (), {"slug": slug})


def test_page_that_the_standby_does_not_know_yet_comes_from_the_primary(replicated):
    app, _primary, standby, slug = replicated
    standby.ask("select pg_wal_replay_pause()")
    try:
        with app.app_context():
            # The commit waits until the standby has the change, not until it shows it.
            write(_rename, slug, "renamed")
            db.session.remove()
        assert app.test_client().get("/en/petitions/renamed").status_code == 200
    finally:
        standby.ask("select pg_wal_replay_resume()")


def _rename(slug, new_slug):
    db.session.scalars(select(Petition).where(Petition.slug == slug)).one().slug = new_slug


def test_doctor_says_whether_the_standby_follows(replicated):
    app, primary, standby, _slug = replicated
    settings = {**app.config, "DATABASE_REPLICA_MAX_LAG": 1}

    def state():
        with app.app_context():
            [finding] = check_standby(settings)
        return finding.state

    until(lambda: state() == "ok")
    standby.ask("select pg_wal_replay_pause()")
    until(lambda: (primary.ask("select txid_current()"), state() == "warning")[1])
    standby.ask("select pg_wal_replay_resume()")
    until(lambda: state() == "ok")


def test_standby_that_lags_or_is_away_is_not_read(replicated):
    app, primary, standby, slug = replicated
    replica, client = app.extensions["replica"], app.test_client()
    standby.ask("select pg_wal_replay_pause()")
    until(lambda: (primary.ask("select txid_current()"), not replica.is_usable)[1])
    assert client.get(f"/en/petitions/{slug}").status_code == 200
    standby.ask("select pg_wal_replay_resume()")
    until(lambda: replica.is_usable)
    primary.ask("alter system set synchronous_standby_names = ''")
    primary.ask("select pg_reload_conf()")
    standby.stop()
    # Before anyone has noticed, too.
    assert client.get(f"/en/petitions/{slug}").status_code == 200
    until(lambda: replica.lag_seconds is None)
    assert client.get(f"/en/petitions/{slug}").status_code == 200
    metrics = client.get("/metrics").get_data(as_text=True)
    assert "volante_replica_used 0" in metrics


def test_signing_goes_on_after_failover_and_nothing_is_lost(servers, tmp_path):
    primary, standby = servers
    several = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/volante"
    app = serve(tmp_path, f"{several}?target_session_attrs=read-write")
    with app.app_context():
        upgrade()
        slug = make_petition().slug
        db.session.remove()
    acknowledged, stop, numbers = [], threading.Event(), iter(range(1_000_000))

    def sign():
        client = app.test_client()
        while not stop.is_set():
            email = f"amalia-{next(numbers)}@rosales.example"
            form = {**AMALIA, "email": email}
            if post_signature(client, _petition(slug), form, headers=JSON).status_code == 201:
                acknowledged.append(email)
            else:
                stop.wait(0.1)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(acknowledged) > 20)
    primary.stop()
    standby.promote()
    before, promoted_at = len(acknowledged), time.monotonic()
    until(lambda: len(acknowledged) > before + 20, FAILOVER_SECONDS)
    print(f"20 signatures {time.monotonic() - promoted_at:.1f} s after the promotion")
    stop.set()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    with app.app_context():
        stored = set(db.session.scalars(select(Signature.email)))
        db.session.remove()
        db.engine.dispose()
    assert set(acknowledged) <= stored


def test_demoted_server_is_left(servers, tmp_path):
    primary, _standby = servers
    app = serve(tmp_path, primary.url())
    with app.app_context():
        upgrade()
        slug = make_petition().slug
        # As if a server became a standby while our connections stay open.
        primary.ask("alter database volante set default_transaction_read_only = on")
        db.session.remove()
        db.engine.dispose()
        client = app.test_client()
        assert post_signature(client, _petition(slug), AMALIA, headers=JSON).status_code == 503
        primary.ask("alter database volante reset default_transaction_read_only", "postgres")
        assert post_signature(client, _petition(slug), AMALIA, headers=JSON).status_code == 201
        db.session.remove()
        db.engine.dispose()
