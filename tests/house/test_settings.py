"""Tests of the settings in the environment, and of the messages about errors in them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

import config
from campaign import create_app
from campaign.db.libpq_url import libpq_url
from config import SECRET_SETTINGS, SettingError, load

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \|", re.MULTILINE)
PRODUCTION = {
    "VOLANTE_ENV": "production",
    "SECRET_KEY": "0123456789abcdef" * 3,
    "PUBLIC_URL": "https://sign.example.org/",
}

BUCKET_KEYS = {"FILES_ACCESS_KEY": "amalia", "FILES_SECRET_KEY": "secret"}
VALUES = {
    "DATABASE_URL": "postgresql://amalia:secret@db/volante",
    "DATABASE_DIRECT_URL": "postgresql://amalia:secret@server/volante",
    "DATABASE_REPLICA_URL": "postgresql://amalia:secret@standby/volante",
    "REDIS_URL": "rediss://:secret@redis.example.org",
    "MAIL_URL": "smtp://amalia:secret@mail.example.org",
}


@pytest.fixture
def load_settings(tmp_path):
    """Return the settings of an environment with its own folder."""
    return lambda **environ: load({"VAR_DIR": str(tmp_path), **environ})


def test_defaults_serve_one_machine(load_settings, tmp_path):
    settings = load_settings()
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/volante.sqlite3"
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert settings["HOST"] == "127.0.0.1"
    assert 1 <= settings["WEB_CONCURRENCY"] <= 2
    assert not settings["PRODUCTION"]


def test_documented_defaults_are_true(load_settings):
    settings = load_settings() | {"TIME_ZONE": "America/Toronto", "FIRST_COUNTRIES": "CA,MX,US"}
    documented = dict(ROW.findall((ROOT / "docs/settings.md").read_text()))
    plain = {
        name: str(settings[name])
        for name in documented
        if isinstance(settings.get(name), str | int) and settings[name]
    }
    varying = {"SECRET_KEY", "PUBLIC_URL", "VAR_DIR"}
    wrong = {
        name: value
        for name, value in plain.items()
        if name not in varying and value not in documented[name]
    }
    assert wrong == {}
    assert len(plain) > 12


def test_empty_setting_is_the_same_as_none(load_settings):
    names = re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', (ROOT / "config.py").read_text())
    # No country has to come first.
    empty = {name: "" for name in names if name not in ("VAR_DIR", "FIRST_COUNTRIES")}
    without = load_settings()
    assert {
        name: value for name, value in load_settings(**empty).items() if value != without[name]
    } == {}


@pytest.mark.parametrize(
    "url", ["postgres://amalia:secret@db/volante", "postgresql://amalia:secret@db/volante"]
)
def test_database_urls_of_hosting_services_are_understood(load_settings, url):
    settings = load_settings(DATABASE_URL=url)
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://amalia:secret@db/volante"
    assert settings["WEB_CONCURRENCY"] >= 1


def test_several_hosts_are_tried_for_one_that_can_be_written_to(load_settings):
    url = "postgresql://amalia:p%40ss@db1:5432,db2:5433/volante"
    found = make_url(load_settings(DATABASE_URL=url)["SQLALCHEMY_DATABASE_URI"])
    assert found.query["host"] == ("db1:5432", "db2:5433")
    assert found.query["target_session_attrs"] == "read-write"
    assert libpq_url(found, with_password=True) == f"{url}?target_session_attrs=read-write"
    chosen = load_settings(DATABASE_URL=f"{url}?target_session_attrs=any")
    assert make_url(chosen["SQLALCHEMY_DATABASE_URI"]).query["target_session_attrs"] == "any"


def test_replica_may_be_one_of_several_standbys(load_settings):
    primary = {"DATABASE_URL": "postgresql://db1/volante"}
    url = load_settings(**primary, DATABASE_REPLICA_URL="postgresql://db2,db3/volante")
    assert make_url(url["DATABASE_REPLICA_URL"]).query["target_session_attrs"] == "prefer-standby"
    assert load_settings(**primary)["DATABASE_REPLICA_URL"] == ""


@pytest.mark.parametrize(
    "written", ["127.0.0.1,2001:db8::/32", " 127.0.0.1  2001:db8::/32 ", "127.0.0.1, 2001:db8::/32"]
)
def test_trusted_proxies_have_commas_or_spaces_between_them(load_settings, written):
    loaded = load_settings(TRUSTED_PROXIES=written)
    assert loaded["TRUSTED_PROXIES"] == ["127.0.0.1", "2001:db8::/32"]


def test_each_receiving_domain_can_have_a_rate(load_settings):
    assert load_settings()["MAIL_RATES"] == {}
    rates = load_settings(MAIL_RATES="Mail.example = 20/second, *=300 per minute")["MAIL_RATES"]
    assert rates == {"mail.example": "20/second", "*": "300 per minute"}


def test_prepared_statements_can_be_turned_off(load_settings):
    options = {
        choice: load_settings(
            DATABASE_URL="postgresql://db/volante", DATABASE_PREPARED_STATEMENTS=choice
        )["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
        for choice in ("on", "off")
    }
    assert options["off"] == {**options["on"], "prepare_threshold": None}


def test_sqlite_is_served_by_the_requested_number_of_processes(load_settings):
    assert load_settings(WEB_CONCURRENCY="8")["WEB_CONCURRENCY"] == 8


@pytest.mark.parametrize(
    ("processes", "allowed", "each"),
    [("2", "", 30), ("8", "", 10), ("32", "", 8), ("3", "200", 50)],
)
def test_all_processes_share_the_connections_that_postgresql_admits(
    load_settings, processes, allowed, each
):
    settings = load_settings(
        DATABASE_URL="postgresql://db/volante",
        WEB_CONCURRENCY=processes,
        DATABASE_CONNECTIONS=allowed,
    )
    pool = settings["SQLALCHEMY_ENGINE_OPTIONS"]
    assert (pool["pool_size"], pool["max_overflow"]) == (each, 0)


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
        ("tel:+1-613-555-0100", "tel:+1-613-555-0100"),
    ],
)
def test_security_contact_is_a_uri(load_settings, contact, uri):
    assert load_settings(SECURITY_CONTACT=contact)["SECURITY_CONTACT"] == uri


def test_generated_secret_is_created_once_and_readable_only_by_its_owner(load_settings, tmp_path):
    first = load_settings()["SECRET_KEY"]
    assert len(first) >= 48
    assert load_settings()["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_start_that_died_before_writing_the_secret_leaves_no_empty_one(load_settings, tmp_path):
    (tmp_path / "secret_key").touch(mode=0o600)
    secret = load_settings()["SECRET_KEY"]
    assert len(secret) >= 48
    assert load_settings()["SECRET_KEY"] == secret


def test_production_refuses_a_generated_secret(load_settings, tmp_path):
    assert load_settings(**PRODUCTION)["SECRET_KEY"] == PRODUCTION["SECRET_KEY"]
    assert not (tmp_path / "secret_key").exists()


def test_production_marks_cookies_secure_and_drops_the_last_slash(load_settings):
    settings = load_settings(**PRODUCTION)
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["PUBLIC_URL"] == "https://sign.example.org"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY must be set to at least 32"),
        ({**PRODUCTION, "SECRET_KEY": "short"}, "SECRET_KEY must be set to at least 32"),
        ({**PRODUCTION, "PUBLIC_URL": ""}, "PUBLIC_URL must be the address"),
        ({**PRODUCTION, "SECRET_KEY": "ab" * 24}, "SECRET_KEY must be random"),
        (
            {**PRODUCTION, "PUBLIC_URL": "http://sign.example.org"},
            "PUBLIC_URL must begin with https:// in production",
        ),
        ({"PUBLIC_URL": "sign.example.org"}, "PUBLIC_URL must begin with https://"),
        ({"PUBLIC_URL": "ftp://sign.example.org"}, "PUBLIC_URL must begin with https://"),
        ({"SECURITY_CONTACT": "ask us"}, "SECURITY_CONTACT must be an email address"),
        ({"SOURCE_URL": "code.example.org"}, "SOURCE_URL must begin with https://"),
        ({"PORT": "many"}, "PORT must be a whole number, not 'many'"),
        ({"PORT": "70000"}, "PORT must be from 1 to 65535, not 70000"),
        ({"METRICS_PORT": "0"}, "METRICS_PORT must be from 1 to 65535, not 0"),
        ({"WEB_THREADS": "-1"}, "WEB_THREADS must be a whole number"),
        ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY must be at least 1, not 0"),
        ({"SIGN_LIMIT": "lots"}, "SIGN_LIMIT must be a limit such as '300 per minute', not 'lots'"),
        *(
            ({"MAIL_RATES": rates}, "MAIL_RATES must have items such as mail.example=20/second")
            for rates in ("mail.example", "mail.example=fast", "=20/second", "*=0/second")
        ),
        *(
            ({"LETTERS_DOMAIN": domain}, "LETTERS_DOMAIN must be a domain such as")
            for domain in ("letters", "l@letters.example", "letters.example\r\nBcc: x", "a..b")
        ),
        ({"DATABASE_URL": "volante"}, "DATABASE_URL must look like postgresql://"),
        *(
            ({"FILES_URL": url, **BUCKET_KEYS}, "FILES_URL must look like s3://bucket")
            for url in (
                "https://files.example.org",
                "s3://",
                "s3://id:key@files",
                "s3://files?endpoint=",
                "s3://files?endpoint=s3.example.org",
                "s3://files?zone=ca",
            )
        ),
        (
            {**BUCKET_KEYS, "FILES_URL": "s3://files", "FILES_ACCESS_KEY": ""},
            "Set FILES_ACCESS_KEY too",
        ),
        (
            {"DATABASE_DIRECT_URL": "postgresql://db/volante"},
            "DATABASE_DIRECT_URL is for a PostgreSQL database",
        ),
        (
            {"DATABASE_REPLICA_URL": "postgresql://db/volante"},
            "DATABASE_REPLICA_URL is for a standby",
        ),
        (
            {
                "DATABASE_URL": "postgresql://db/volante",
                "DATABASE_PREPARED_STATEMENTS": "maybe",
            },
            "DATABASE_PREPARED_STATEMENTS must be on or off",
        ),
        ({"DATABASE_URL": "mysql://db/volante"}, "DATABASE_URL must look like postgresql://"),
        (
            {"DATABASE_URL": "postgresql://db:port/volante"},
            "DATABASE_URL must look like postgresql://",
        ),
        (
            {"TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/99"},
            "TRUSTED_PROXIES must name networks such as 10.0.0.0/8, not '10.0.0.0/99'",
        ),
        ({"TIME_ZONE": "Mexico/Citty"}, "TIME_ZONE must name a zone"),
        ({"TIME_ZONE": "../etc"}, "TIME_ZONE must name a zone"),
    ],
)
def test_invalid_setting_is_named_with_its_reason(load_settings, wrong, words):
    with pytest.raises(SettingError, match=re.escape(words)):
        load_settings(**wrong)


def test_command_reports_a_wrong_setting_in_one_line(tmp_path):
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "PORT": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "serve"],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "Error: PORT must be a whole number, not 'many'"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM must look like"),
        ({"MAIL_URL": "smtp://amalia:secret"}, "MAIL_URL must look like"),
        ({"MAIL_URL": "imap://mail.example"}, "MAIL_URL must look like"),
    ],
)
def test_site_does_not_start_with_unusable_mail_settings(tmp_path, wrong, words):
    with pytest.raises(SettingError, match=words) as raised:
        create_app({"VAR_DIR": str(tmp_path), "SQLALCHEMY_DATABASE_URI": "sqlite://", **wrong})
    assert "secret" not in str(raised.value)


def test_database_errors_never_contain_what_people_typed(load_settings):
    for url in ("", "postgresql://db/volante"):
        assert (
            load_settings(DATABASE_URL=url)["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True
        )


def test_environment_is_read_nowhere_else():
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "campaign").rglob("*.py")
        if re.search(r"os\.environ(\.get\(|\[)|getenv", path.read_text())
    ]
    assert found == []
    assert config.ROOT == ROOT


@pytest.mark.parametrize("name", SECRET_SETTINGS)
def test_secret_can_be_in_a_file(load_settings, tmp_path, name):
    value = VALUES.get(name, "0123456789abcdef" * 3)
    (tmp_path / "value").write_text(f"{value}\n")
    # Further addresses of a database need the first.
    needs_database = name in ("DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL")
    more = {"DATABASE_URL": VALUES["DATABASE_URL"]} if needs_database else {}
    from_file = load_settings(**{f"{name}_FILE": str(tmp_path / "value")}, **more)
    # The key is otherwise created in the folder of the site.
    assert from_file == load_settings(**{name: value}, **more)
    assert from_file != load_settings(**{name: ""}, **more)


def test_only_the_end_of_the_last_line_is_left_out(load_settings, tmp_path):
    (tmp_path / "token").write_bytes(b" a\nb \r\n")
    assert load_settings(METRICS_TOKEN_FILE=str(tmp_path / "token"))["METRICS_TOKEN"] == " a\nb "


def test_file_of_a_secret_is_checked_like_the_secret(load_settings, tmp_path):
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(SettingError, match="SECRET_KEY must be set to at least 32"):
        load_settings(**PRODUCTION | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key")})


@pytest.mark.parametrize("content", [b"", b"\n", b"  \r\n", None, b"\xffpassword"])
def test_file_without_a_value_is_named_with_its_setting(load_settings, tmp_path, content):
    path = tmp_path / "value"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=f"MAIL_URL_FILE must name .*{path}") as raised:
        load_settings(MAIL_URL_FILE=str(path))
    assert "password" not in str(raised.value)


def test_secret_given_twice_is_refused_without_showing_it(load_settings, tmp_path):
    (tmp_path / "value").write_text("in-the-file")
    with pytest.raises(SettingError, match="Set METRICS_TOKEN or METRICS_TOKEN_FILE") as raised:
        load_settings(
            METRICS_TOKEN="in-the-environment", METRICS_TOKEN_FILE=str(tmp_path / "value")
        )
    assert "in-the" not in str(raised.value)


def test_every_setting_that_may_be_secret_can_be_in_a_file():
    documented = [name for name, _ in ROW.findall((ROOT / "docs/settings.md").read_text())]
    may_be_secret = {
        name for name in documented if name.endswith(("_KEY", "_SECRET", "_TOKEN", "_URL"))
    }
    assert may_be_secret - {"PUBLIC_URL", "SOURCE_URL", "FILES_URL"} == set(SECRET_SETTINGS)


def test_personal_data_is_in_a_folder_only_for_its_owner(tmp_path):
    load({"VAR_DIR": str(tmp_path / "new" / "var")})
    assert (tmp_path / "new" / "var").stat().st_mode & 0o777 == 0o700


def test_folder_that_cannot_be_created_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="VAR_DIR must name a folder"):
        load({"VAR_DIR": str(tmp_path / "file" / "var")})
