"""Share the fixtures of every test: an application on each database, a client, the named people."""

import gc
import os
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from campaign import create_app
from campaign.demo import operations as demonstration
from campaign.demo.content import load_cause
from campaign.extensions import db
from campaign.health import disk_checks
from campaign.organisations.identity import forget_identities
from campaign.process import clock, isolated
from campaign.security.rate_limit_storage import limit_storage
from campaign.signatures import tokens
from campaign.site.settings import forget_site_settings
from campaign.surge.state import STATE, SurgeState
from campaign.switches.state import forget_switches
from tests import databases
from tests.empty_tables import empty
from tests.factories.petitions import make_petition
from tests.selection import (
    MixedScheduling,
    leave_out_repetitions,
    leave_to_slow,
    longest_first,
)
from tests.visitors import Visitor

SECRET = "a-secret-for-tests-only-0123456789abcdef"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_configure():
    """Collect garbage seldom: thousands of tests make few objects that need it."""
    gc.set_threshold(50_000)


def pytest_collection_finish():
    """Keep the garbage collector from looking at all tests again and again.

    They last as long as the run. Looking took a fifth of the time of tests without a browser.
    """
    gc.freeze()


def pytest_collection_modifyitems(config, items):
    leave_out_repetitions(config, items)
    leave_to_slow(items)
    longest_first(items)


@pytest.fixture(scope="session", autouse=True)
def equal_programs():
    """Let pictures be drawn at normal priority: all processors are busy while tests run."""
    isolated.BACKGROUND = isolated.AWAITED = 0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return MixedScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def migrated_apps(tmp_path_factory):
    """Return a function that returns the one application on a kind of database."""
    base = tmp_path_factory.getbasetemp()
    templates = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "templates"
    templates.mkdir(exist_ok=True)

    @cache
    def migrated(kind):
        app = make_app(databases.address(kind), tmp_path_factory.mktemp("var"))
        # All processes of a run share the compiled templates.
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
        with app.app_context():
            upgrade()
            db.engine.dispose()
        return app

    return migrated


@pytest.fixture(scope="session", params=databases.KINDS)
def migrated_app(request, migrated_apps):
    """One application on each kind of database, migrated as in production.

    Tests alternate between the databases, and pytest ends a fixture whose parameter changes. So the
    applications outlive it.
    """
    return migrated_apps(request.param)


def make_app(database_url, var, **settings):
    """Return an application for tests. `settings` override its own."""
    if database_url.startswith("postgresql://"):
        database_url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    app = create_app(
        {
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "SECRET_KEY": SECRET,
            "VAR_DIR": str(var),
            "SQLALCHEMY_DATABASE_URI": database_url,
            "PUBLIC_URL": "http://localhost",
            "EDGE": False,
            # Read once: tests that count statements must not depend on the time.
            "SETTINGS_CACHE_SECONDS": 3600,
            "PASSWORD_HASHER": QUICK,
            **settings,
        }
    )
    app.test_client_class = Visitor
    return app


@pytest.fixture
def app(migrated_app):
    """The application with empty tables and rate limits, inside an application context."""
    with migrated_app.app_context():
        empty(db.engine)
        limit_storage(migrated_app.config).reset()
        tokens.forget_loaded(migrated_app)
        forget_site_settings()
        forget_identities()
        forget_switches()
        migrated_app.extensions[STATE] = SurgeState()
        yield migrated_app
        db.session.remove()


@pytest.fixture(params=["00:30", "09:59", "23:59"])
def awkward_time(request, monkeypatch):
    """The present, frozen where clocks confuse most.

    These are three times of a day in Toronto when clocks are put back.
    """
    present = (
        datetime.fromisoformat(f"2026-11-01T{request.param}")
        .replace(tzinfo=ZoneInfo("America/Toronto"))
        .astimezone(UTC)
    )

    freeze(monkeypatch, present)
    return present


@pytest.fixture
def still_clock(monkeypatch):
    """The present, frozen, so that neither midnight nor the next hour falls into the test."""
    present = clock.utcnow()
    freeze(monkeypatch, present)
    return present


def freeze(monkeypatch, present):
    """Stop the clock at `present` for the whole test."""

    class FrozenDatetime(datetime):
        @classmethod
        def now(cls, tz=None):
            return present.astimezone(tz)

    # `utcnow` reads this wherever it is used, also as a column default.
    monkeypatch.setattr(clock, "datetime", FrozenDatetime)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def statements(app):
    """The SQL statements that reach the database, in order, as a list that the test may clear."""
    executed = []

    def note(_connection, _cursor, statement, *_):
        executed.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield executed
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def petition(app):
    """An open petition."""
    return make_petition()


@pytest.fixture
def nearly_full_disk(monkeypatch):
    """A disk whose last megabytes are reserved for signatures."""
    usage = SimpleNamespace(free=disk_checks.MIN_FREE_BYTES - 1)
    monkeypatch.setattr(disk_checks.shutil, "disk_usage", lambda path: usage)


@pytest.fixture
def run(app):
    """Run `flask …` and return its result."""
    runner = app.test_cli_runner()

    def invoke(*arguments, **options):
        # A command reads in its own transaction.
        db.session.rollback()
        return runner.invoke(args=[str(argument) for argument in arguments], **options)

    return invoke


@pytest.fixture
def few_signers(monkeypatch):
    """Load nine demonstration signers per petition, because hundreds take seconds."""
    load_few_signers(monkeypatch)


def load_few_signers(monkeypatch):
    """Make the demonstration have nine signers per petition."""
    original = load_cause

    def load(folder, today):
        demo = original(folder, today)
        for petition in demo.petitions:
            object.__setattr__(petition, "generated", 9)
        return demo

    monkeypatch.setattr(demonstration, "load_cause", load)
