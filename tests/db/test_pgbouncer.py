"""Tests through PgBouncer in transaction mode: each transaction may use another connection.

A setting of a session, a lock of a session or a prepared statement would reach the wrong program.
"""

import threading

import pytest
from flask_migrate import upgrade

import config
from campaign.cli import database_copy
from campaign.demo.operations import load_demonstration
from campaign.extensions import db
from campaign.petitions.queries import petition_by_slug
from campaign.signatures.jobs import hatch_all
from tests import databases
from tests.conftest import load_few_signers, make_app
from tests.db import clusters
from tests.factories.signatures import AMALIA, post_signature
from tests.programs import missing, needed_program

pytestmark = pytest.mark.slow
PETITION = "find-the-43"
JSON = {"Accept": "application/json"}
SIGNERS, EACH = 8, 10


@pytest.fixture(scope="module")
def primary():
    if not clusters.can_replicate():
        missing(clusters.CANNOT_REPLICATE)
    primary = clusters.new_primary()
    primary.ask("create database copied")
    yield primary
    primary.stop()


@pytest.fixture(scope="module")
def bouncer(primary):
    bouncer = clusters.PgBouncer(primary, needed_program("pgbouncer"))
    yield bouncer
    bouncer.stop()


@pytest.fixture(scope="module", params=["on", "off"])
def app(request, bouncer, tmp_path_factory):
    """An application that serves through PgBouncer, with and without prepared statements."""
    var = tmp_path_factory.mktemp("var")
    loaded = config.load(
        {
            "DATABASE_URL": bouncer.url(),
            "VAR_DIR": str(var),
            "WEB_CONCURRENCY": "1",
            "DATABASE_PREPARED_STATEMENTS": request.param,
        }
    )
    app = make_app(
        loaded["SQLALCHEMY_DATABASE_URI"],
        var,
        SQLALCHEMY_ENGINE_OPTIONS=loaded["SQLALCHEMY_ENGINE_OPTIONS"],
        SERVING=True,
    )
    with app.app_context():
        upgrade()
        with pytest.MonkeyPatch.context() as patch:
            load_few_signers(patch)
            if petition_by_slug(PETITION) is None:
                load_demonstration()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


def test_signing_counting_exports_and_audit_work(app, bouncer, tmp_path, request):
    run = app.test_cli_runner()
    answers = []

    def sign(signer):
        client = app.test_client()
        for number in range(EACH):
            form = {**AMALIA, "email": f"a{signer}-{number}-{id(app)}@rosales.example"}
            slug = type("Slug", (), {"slug": PETITION})
            answers.append(post_signature(client, slug, form, headers=JSON).status_code)
            client.get(f"/en/petitions/{PETITION}")
            client.get("/en/search?q=butterflies")

    threads = [threading.Thread(target=sign, args=(signer,)) for signer in range(SIGNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * (SIGNERS * EACH)
    with app.app_context():
        hatch_all()
        db.session.remove()
        for command in (
            ("signatures", "export", PETITION, "--state", "all", "--output", tmp_path / "all.csv"),
            ("organisations", "list"),
            ("search", "rebuild"),
            ("signatures", "generate", PETITION, "50"),
            ("signatures", "audit"),
            ("db", "upgrade"),
        ):
            result = run.invoke(args=[str(part) for part in command])
            assert result.exit_code == 0, result.output
            db.session.remove()
    log = bouncer.log.read_text()
    assert "prepared statement" not in log
    assert "unsupported startup parameter" not in log


def test_copy_from_sqlite_goes_through_it(bouncer, tmp_path, monkeypatch):
    app = make_app(f"sqlite:///{tmp_path / 'source.sqlite3'}", tmp_path)
    with app.app_context():
        upgrade()
        load_few_signers(monkeypatch)
        load_demonstration()
        db.session.remove()
        monkeypatch.setattr(database_copy, "BATCH_SIZE", 7)
        result = app.test_cli_runner().invoke(args=["db", "copy", "--to", bouncer.url("copied")])
        db.engine.dispose()
    assert result.exit_code == 0, result.output


def test_backup_refuses_a_pool_and_connects_directly_if_told_how(
    app, bouncer, primary, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", databases.search_path())
    file = tmp_path / "copy"

    def run(*command):
        with app.app_context():
            result = app.test_cli_runner().invoke(args=[str(part) for part in command])
            db.session.remove()
        return result.exit_code, result.output

    for command in (
        ("backup", file),
        ("restore", "--yes", __file__),
        ("restore", "--check", __file__),
    ):
        exit_code, output = run(*command)
        assert exit_code == 1
        assert "DATABASE_DIRECT_URL" in output
    assert not file.exists()
    direct = config.database_url(primary.url(), "DATABASE_DIRECT_URL")
    monkeypatch.setitem(app.config, "DATABASE_DIRECT_URL", direct)
    for command in (("backup", file), ("restore", "--yes", file), ("restore", "--check", file)):
        exit_code, output = run(*command)
        assert exit_code == 0, output
    # The pool's connections still find the tables.
    for _ in range(10):
        assert app.test_client().get(f"/en/petitions/{PETITION}").status_code == 200
    assert run("signatures", "audit")[0] == 0
