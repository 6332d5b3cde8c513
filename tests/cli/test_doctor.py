"""Tests of `flask doctor`: each check recognizes what is wrong, and says how to fix it."""

import os
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from campaign.cli.doctor import command
from campaign.cli.doctor.file_checks import check_files
from campaign.cli.doctor.mail_checks import MAX_DOMAINS, check_mail
from campaign.cli.doctor.network_checks import check_network
from campaign.cli.doctor.server_checks import check_redis, check_standby
from campaign.cli.doctor.settings_checks import check_settings
from campaign.db.last_backup import (
    CHECK_FILE,
    FILE,
    last_backup_at,
    note_backup,
    note_restore_check,
)
from campaign.extensions import db, write
from campaign.health import database_checks, disk_checks
from campaign.health.database_checks import check_database
from campaign.health.disk_checks import check_disk
from campaign.health.findings import ok, warning, wrong
from campaign.jobs.operations import HEARTBEAT, note_worker
from campaign.mail.domains.checks import DomainCheck
from campaign.process.clock import utcnow
from config import load
from tests import databases
from tests.factories.organisations import make_organisation
from tests.mail.mail_server import Script, mail_server, silent_server
from tests.ports import free_port
from tests.redis_server import FULL, redis_server
from tests.s3_server import S3Server

PUBLIC = {
    "VOLANTE_ENV": "production",
    "SECRET_KEY": "0123456789abcdef" * 3,
    "PUBLIC_URL": "https://sign.save-the-river.test",
    "MAIL_URL": "smtp://127.0.0.1",
    "MAIL_FROM": "Save the River <names@save-the-river.test>",
    "TRUSTED_PROXIES": "127.0.0.1",
}


@pytest.fixture
def load_settings(app, tmp_path):
    """Return the settings of a public site, but for those that differ."""
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    return lambda **environ: load({"VAR_DIR": str(folder), **PUBLIC, **environ})


def states(findings):
    """Return {subject: state}, and assert that whatever is not well says how to fix it."""
    found = list(findings)
    assert [finding for finding in found if (finding.state == "ok") == bool(finding.fix)] == []
    return {finding.subject: finding.state for finding in found}


# The command


def test_exit_code_tells_whether_something_is_wrong(run, monkeypatch):
    findings = [ok("disk", "is large"), warning("backup", "is old", "Make one.")]
    monkeypatch.setattr(command, "_findings", lambda settings: iter(findings))
    assert run("doctor").exit_code == 0
    findings.append(wrong("mail", "is refused", "Correct MAIL_URL."))
    done = run("doctor")
    assert done.exit_code == 1
    assert [line for line in done.output.splitlines() if line.startswith("wrong")] == [
        "wrong     mail       is refused"
    ]
    assert "Correct MAIL_URL." in done.output


def test_all_checks_run_on_a_site_that_does_not(run):
    done = run("doctor")
    subjects = {line[10:20].strip() for line in done.output.splitlines() if line[:1] != " "}
    assert subjects >= {"settings", "database", "migrations", "clock", "worker", "folder", "disk"}
    assert subjects >= {"backup", "dns", "site", "mail"}
    assert done.exit_code == 1


# Settings


def test_settings_of_a_public_site_are_well(load_settings):
    assert states(check_settings(load_settings())) == {"settings": "ok"}


@pytest.mark.parametrize(
    ("change", "state", "named"),
    [
        ({"VOLANTE_ENV": "local"}, "warning", "VOLANTE_ENV"),
        ({"MAIL_FROM": "Us <names@example.org>"}, "wrong", "MAIL_FROM"),
        ({"MAIL_URL": "smtp://mail.test?tls=none"}, "warning", "MAIL_URL"),
        ({"DATABASE_URL": "postgresql://u:secret@db.test/volante"}, "warning", "DATABASE_URL"),
        ({"TRUSTED_PROXIES": ""}, "warning", "TRUSTED_PROXIES"),
    ],
)
def test_unsuitable_setting_is_named(load_settings, change, state, named):
    [finding] = check_settings(load_settings(**change))
    assert finding.state == state
    assert named in finding.text + finding.fix
    assert "secret" not in finding.text + finding.fix


# Database, migrations, clock, worker


@pytest.mark.both_databases
def test_database_with_a_worker_is_well(app):
    write(note_worker, now=utcnow())
    found = states(check_database())
    assert found.pop("clock") != "wrong"
    assert found == {"database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.both_databases
@pytest.mark.parametrize("seconds", [None, HEARTBEAT.total_seconds() + 1])
def test_worker_that_never_ran_or_stopped_is_wrong(app, seconds):
    if seconds is not None:
        write(note_worker, now=utcnow() - timedelta(seconds=seconds))
    assert states(check_database())["worker"] == "wrong"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("update alembic_version set version_num = '9999'", "warning"),
        ("delete from alembic_version", "wrong"),
    ],
)
def test_database_may_be_newer_but_not_older(app, change, state):
    with db.engine.begin() as connection:
        before = connection.scalar(text("select version_num from alembic_version"))
        connection.execute(text(change))
    try:
        found = states(check_database())
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("delete from alembic_version"))
            connection.execute(
                text("insert into alembic_version (version_num) values (:before)"),
                {"before": before},
            )
    assert found["migrations"] == state
    assert ("worker" in found) == (state == "warning")


def test_database_that_is_down_is_wrong_without_showing_the_password(app, monkeypatch):
    url = f"postgresql+psycopg://amalia:secret@127.0.0.1:{free_port()}/volante"
    monkeypatch.setattr(database_checks, "db", SimpleNamespace(engine=create_engine(url)))
    [finding] = check_database()
    assert (finding.subject, finding.state) == ("database", "wrong")
    assert "secret" not in finding.text + finding.fix


@pytest.mark.parametrize(("minutes", "state"), [(0, "ok"), (1, "wrong"), (-1, "wrong")])
def test_clock_that_differs_from_the_database_is_wrong(app, monkeypatch, minutes, state):
    monkeypatch.setattr(
        database_checks, "database_now", lambda: utcnow() + timedelta(minutes=minutes)
    )
    assert database_checks._check_database_clock().state == state


@pytest.mark.parametrize(("kernel", "state"), [(0, "ok"), (5, "warning"), (None, "ok")])
def test_clock_that_nothing_synchronizes_is_a_warning(monkeypatch, kernel, state):
    monkeypatch.setattr(database_checks, "_kernel_clock_state", lambda: kernel)
    assert states(database_checks._check_clocks("sqlite")) == {"clock": state}


# Redis and the standby


def test_site_without_redis_and_standby_needs_neither(load_settings):
    assert states(check_redis(load_settings())) == states(check_standby(load_settings())) == {}


def test_redis_must_count(load_settings):
    with redis_server() as url:
        assert states(check_redis(load_settings(REDIS_URL=url))) == {"redis": "ok"}
    with redis_server(FULL) as url:
        assert states(check_redis(load_settings(REDIS_URL=url))) == {"redis": "wrong"}


def test_redis_that_is_away_is_wrong_without_showing_the_password(load_settings):
    url = f"redis://:secret@127.0.0.1:{free_port()}/0"
    [finding] = check_redis(load_settings(REDIS_URL=url))
    assert (finding.subject, finding.state) == ("redis", "wrong")
    assert "secret" not in finding.text + finding.fix


def standby_settings(load_settings, replica_url):
    return load_settings(
        DATABASE_URL="postgresql://amalia@db.test/volante", DATABASE_REPLICA_URL=replica_url
    )


def test_standby_that_is_away_is_wrong_without_showing_the_password(load_settings):
    url = f"postgresql://amalia:secret@127.0.0.1:{free_port()}/volante"
    [finding] = check_standby(standby_settings(load_settings, url))
    assert (finding.subject, finding.state) == ("standby", "wrong")
    assert "secret" not in finding.text + finding.fix


def test_primary_is_no_standby(load_settings):
    settings = standby_settings(load_settings, databases.address("postgresql"))
    assert states(check_standby(settings)) == {"standby": "wrong"}


# Folder, disk, backup


def test_new_folder_lacks_only_a_backup(load_settings):
    assert states(check_disk(load_settings())) == {
        "folder": "ok",
        "restore": "warning",
        "disk": "ok",
        "backup": "warning",
    }


def test_folder_that_others_can_open_is_wrong(load_settings, tmp_path):
    (tmp_path / "var").chmod(0o750)
    assert states(check_disk(load_settings()))["folder"] == "wrong"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_file_of_another_user_is_wrong(load_settings, tmp_path):
    (tmp_path / "var" / "volante.sqlite3").touch()
    os.chown(tmp_path / "var" / "volante.sqlite3", 65534, 65534)
    [finding] = [each for each in check_disk(load_settings()) if each.subject == "folder"]
    assert finding.state == "wrong"
    assert "volante.sqlite3" in finding.text


@pytest.mark.parametrize(("megabytes", "state"), [(100, "wrong"), (500, "warning"), (5000, "ok")])
def test_disk_is_reported_before_it_is_full(load_settings, monkeypatch, megabytes, state):
    usage = SimpleNamespace(free=megabytes * 1024**2)
    monkeypatch.setattr(disk_checks.shutil, "disk_usage", lambda path: usage)
    assert states(check_disk(load_settings()))["disk"] == state


@pytest.mark.parametrize(("hours", "state"), [(1, "ok"), (48, "ok"), (50, "wrong")])
def test_old_backup_is_wrong(load_settings, tmp_path, hours, state):
    (tmp_path / "var" / FILE).write_text((utcnow() - timedelta(hours=hours)).isoformat())
    assert states(check_disk(load_settings()))["backup"] == state


def test_time_of_a_backup_is_kept(tmp_path):
    assert last_backup_at(tmp_path) is None
    note_backup(tmp_path)
    assert utcnow() - last_backup_at(tmp_path) < timedelta(minutes=1)
    (tmp_path / FILE).write_text("half a da")
    assert last_backup_at(tmp_path) is None


# DNS and site


@pytest.fixture
def web_server():
    """Run a server and return its URL, and the status and body that it answers with."""
    answer = SimpleNamespace(status=200, body=b"")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answer.status)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_):
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        answer.url = f"http://127.0.0.1:{server.server_port}"
        yield answer
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "of_volante", "state"),
    [(200, True, "ok"), (502, True, "wrong"), (200, False, "wrong")],
)
def test_error_of_the_proxy_or_another_site_is_wrong(
    client, load_settings, web_server, status, of_volante, state
):
    web_server.status = status
    web_server.body = client.get("/healthz").data if of_volante else b"<p>This domain is parked."
    settings = load_settings(PUBLIC_URL=web_server.url)
    # Only this machine can reach its loopback address.
    assert states(check_network(settings)) == {"dns": "warning", "site": state}


def test_site_that_does_not_answer_is_a_warning(load_settings):
    settings = load_settings(VOLANTE_ENV="local", PUBLIC_URL=f"http://127.0.0.1:{free_port()}")
    assert states(check_network(settings)) == {"dns": "ok", "site": "warning"}


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", f"{'a' * 64}.test"])
def test_name_without_an_address_is_wrong(load_settings, host):
    settings = load_settings(PUBLIC_URL=f"https://{host}")
    assert states(check_network(settings)) == {"dns": "wrong"}


# Mail


def records(spf="found", dkim="found", dmarc="found"):
    states = {"spf": spf, "dkim": dkim, "dmarc": dmarc}
    return lambda domain: [DomainCheck(kind, state) for kind, state in states.items()]


@pytest.mark.parametrize(("environment", "state"), [("production", "wrong"), ("local", "warning")])
def test_site_without_a_mail_server_cannot_confirm(load_settings, environment, state):
    settings = load_settings(VOLANTE_ENV=environment, MAIL_URL="")
    assert states(check_mail(settings)) == {"mail": state}


def test_mail_server_that_accepts_us_gets_no_email(load_settings):
    script = Script()
    with mail_server(script) as url:
        found = states(check_mail(load_settings(MAIL_URL=url), check=records()))
    assert found == {"mail": "ok", "spf": "ok", "dkim": "ok", "dmarc": "ok"}
    assert script.connections == 1
    assert script.attempts == []


def test_refused_password_is_wrong_and_not_shown(load_settings):
    with mail_server(Script(), refuse_login=True) as url:
        first, *_ = check_mail(load_settings(MAIL_URL=url), check=records())
    assert (first.subject, first.state) == ("mail", "wrong")
    assert "secret" not in first.text + first.fix


def test_mail_server_that_never_answers_is_wrong(load_settings, monkeypatch):
    monkeypatch.setattr("campaign.cli.doctor.mail_checks.ANSWER_SECONDS", 0.2)
    with silent_server() as url:
        assert states(check_mail(load_settings(MAIL_URL=url), check=records()))["mail"] == "wrong"


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ({"spf": "missing"}, "wrong"),
        ({"spf": "invalid"}, "wrong"),
        ({"spf": "unknown"}, "warning"),
        ({"dkim": "unknown"}, "warning"),
        ({"dmarc": "missing"}, "warning"),
        ({"dmarc": "invalid"}, "wrong"),
    ],
)
def test_missing_dns_record_of_the_sender_is_reported(load_settings, record, state):
    with mail_server(Script()) as url:
        found = states(check_mail(load_settings(MAIL_URL=url), check=records(**record)))
    [kind] = record
    assert found[kind] == state


def test_domain_of_letters_is_checked_too(load_settings):
    asked = []
    settings = {"LETTERS_DOMAIN": "letters.example.org", "MAIL_FROM": "Ana <ana@example.org>"}
    with mail_server(Script()) as url:
        list(
            check_mail(
                load_settings(MAIL_URL=url, **settings), check=lambda d: asked.append(d) or []
            )
        )
    assert asked == ["example.org", "letters.example.org"]


@pytest.fixture
def asked(load_settings):
    """Return a function that returns the domains whose records the doctor looks up."""

    def ask():
        domains = []
        with mail_server(Script()) as url:
            settings = load_settings(MAIL_URL=url, MAIL_FROM="Ana <ana@example.org>")
            found = list(check_mail(settings, check=lambda d: domains.append(d) or []))
        return domains, found

    return ask


def test_domain_of_each_organisation_is_checked_once(asked):
    for number, address in enumerate(
        ["us@Sign.Example.org", "names@sign.example.org", "names@example.org", ""]
    ):
        make_organisation(f"organisation-{number}", sender_address=address)
    domains, _ = asked()
    assert domains == ["example.org", "sign.example.org"]


def test_only_so_many_domains_are_checked(asked):
    for number in range(MAX_DOMAINS):
        address = f"us@{number}.example.org"
        make_organisation(f"organisation-{number}", sender_address=address)
    domains, found = asked()
    assert len(domains) == MAX_DOMAINS
    assert (found[-1].subject, found[-1].state) == ("mail", "warning")


def test_mail_is_checked_while_the_database_is_away(asked, monkeypatch):
    def away(*_, **__):
        raise OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(Engine, "connect", away)
    domains, _ = asked()
    assert domains == ["example.org"]


def files_finding(settings):
    [finding] = check_files(settings)
    return finding


def test_storage_of_files_is_tried(load_settings):
    server = S3Server()
    finding = files_finding(load_settings(**server.settings()))
    assert finding.state == "ok" and server.names() == []
    server.stop()
    finding = files_finding(load_settings(**server.settings()))
    assert finding.state == "wrong" and server.endpoint in finding.text


def test_bucket_that_is_missing_is_wrong(load_settings):
    server = S3Server()
    url = f"s3://nowhere?endpoint={server.endpoint}"
    assert files_finding(load_settings(**{**server.settings(), "FILES_URL": url})).state == "wrong"
    server.stop()


def test_without_a_bucket_files_are_in_the_folder(load_settings):
    assert files_finding(load_settings()).state == "ok"


def test_backup_must_be_tried_from_time_to_time(load_settings):
    settings = load_settings()
    note_backup(settings["VAR_DIR"])
    assert states(check_disk(settings))["restore"] == "warning"
    note_restore_check(settings["VAR_DIR"])
    assert states(check_disk(settings))["restore"] == "ok"
    then = utcnow() - disk_checks.MAX_RESTORE_CHECK_AGE - timedelta(hours=1)
    Path(settings["VAR_DIR"], CHECK_FILE).write_text(then.isoformat())
    assert states(check_disk(settings))["restore"] == "warning"
