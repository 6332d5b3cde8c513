"""Every setting of Volante, read from the environment in this one place.

The defaults suit a single machine: an SQLite database, and emails written to files, both in `var/`.
`docs/settings.md` describes each setting. A test checks that it matches this file.
"""

import fcntl
import os
import re
import secrets
from collections import ChainMap
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import click
from limits import parse
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
DEFAULT_VAR = ROOT / "var"
DEFAULT_PORT = 8000
LOG_FORMATS = ("text", "json")
MIN_SECRET_LENGTH = 32
# 32 random hexadecimal digits have fewer than 8 different ones once in a hundred million times.
MIN_SECRET_VARIETY = 8
# Settings that are secret, or may contain a password. Each can also be in a file, which the setting
# with the suffix names, so that it shows neither in the list of processes nor in `docker inspect`.
SECRET_SETTINGS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_REPLICA_URL",
    "REDIS_URL",
    "MAIL_URL",
    "BOUNCE_SECRET",
    "METRICS_TOKEN",
    "FILES_ACCESS_KEY",
    "FILES_SECRET_KEY",
)
FILE_SUFFIX = "_FILE"
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
# PostgreSQL allows 100 connections by default. Leave some for people who inspect the database.
DEFAULT_CONNECTIONS = 90
MIN_CONNECTIONS = 8
# A domain in ASCII with at least one dot.
HOST_NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
# postgresql://user:password@first:5432,second:5432/name?…
SEVERAL_HOSTS = re.compile(r"(postgresql\+psycopg://)([^@/]*@)?([^@/?]*,[^@/?]*)([/?].*)?")
# How long a request waits for a connection before it is told to try again later.
POOL_SECONDS = 5
# `connect_timeout` limits connecting, `tcp_user_timeout` (ms) unacknowledged data, and the
# keepalives probe silent connections. So we notice dropped packets within seconds.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class SettingError(click.ClickException, ValueError):
    """A setting is missing or invalid; the message says which and why.

    Commands show only the message, without a traceback.
    """


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the Flask configuration for `environ`.

    Raises SettingError if a value is invalid, or if production has no random SECRET_KEY.
    """
    environ = ChainMap(_secrets_in_files(environ), environ)  # type: ignore[arg-type]
    var = Path(environ.get("VAR_DIR") or DEFAULT_VAR).resolve()
    production = environ.get("VOLANTE_ENV", "local") == "production"
    port = _whole_number(environ, "PORT", DEFAULT_PORT, minimum=1, maximum=65_535)
    own_database_url = _database_url(environ, var)
    on_sqlite = own_database_url.startswith("sqlite")
    cores = os.cpu_count() or 1
    processes = _whole_number(
        environ, "WEB_CONCURRENCY", min(cores, 2) if on_sqlite else cores, minimum=1
    )
    return {
        "PRODUCTION": production,
        "VAR_DIR": str(var),
        "PORT": port,
        "HOST": environ.get("HOST") or "127.0.0.1",
        "PUBLIC_URL": _public_url(environ, port, production),
        "EXTRA_HOSTS": _items(environ.get("EXTRA_HOSTS", "")),
        "SECURITY_CONTACT": _security_contact(environ),
        "SOURCE_URL": _source_url(environ),
        "WEB_CONCURRENCY": processes,
        "WEB_THREADS": _whole_number(environ, "WEB_THREADS", 32, minimum=1),
        "SURGE_MAX_LEVEL": _whole_number(environ, "SURGE_MAX_LEVEL", 5, maximum=5),
        "SECRET_KEY": _secret(environ, var, production),
        "TRUSTED_PROXIES": _networks(environ, "TRUSTED_PROXIES"),
        "METRICS_TOKEN": environ.get("METRICS_TOKEN", ""),
        "METRICS_PORT": _whole_number(environ, "METRICS_PORT", 0, minimum=1, maximum=65_535),
        "LOG_FORMAT": log_format(environ),
        "REDIS_URL": environ.get("REDIS_URL", ""),
        "SERVING": False,
        "EDGE": True,
        "SQLALCHEMY_DATABASE_URI": own_database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(environ, own_database_url, processes),
        "DATABASE_TIMEOUT": _whole_number(environ, "DATABASE_TIMEOUT", 10),
        "DATABASE_DIRECT_URL": _direct_url(environ, own_database_url),
        "DATABASE_REPLICA_URL": _replica_url(environ, own_database_url),
        "DATABASE_REPLICA_MAX_LAG": _whole_number(
            environ, "DATABASE_REPLICA_MAX_LAG", 3, minimum=1
        ),
        "FILES_URL": _files_url(environ),
        "FILES_ACCESS_KEY": environ.get("FILES_ACCESS_KEY", ""),
        "FILES_SECRET_KEY": environ.get("FILES_SECRET_KEY", ""),
        "LANGUAGES": ("en", "es", "fr"),
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_DEFAULT_TIMEZONE": _zone(environ.get("TIME_ZONE") or "America/Toronto"),
        "FIRST_COUNTRIES": tuple(_items(environ.get("FIRST_COUNTRIES", "CA,MX,US"))),
        "MAIL_URL": environ.get("MAIL_URL", ""),
        "MAIL_FROM": environ.get("MAIL_FROM") or "Volante <names@volante.example>",
        "MAIL_CONNECTIONS": _whole_number(environ, "MAIL_CONNECTIONS", 4, minimum=1),
        "MAIL_RATES": _mail_rates(environ),
        "LETTERS_DOMAIN": _letters_domain(environ),
        "BOUNCE_SECRET": _bounce_secret(environ),
        "CONFIRM_DAYS": _whole_number(environ, "CONFIRM_DAYS", 7),
        "OWN_LINK_DAYS": _whole_number(environ, "OWN_LINK_DAYS", 30, minimum=1),
        "MAX_EMAILS_PER_ADDRESS_PER_DAY": _whole_number(
            environ, "MAX_EMAILS_PER_ADDRESS_PER_DAY", 12, minimum=1
        ),
        "ERASE_PENDING_DAYS": _whole_number(environ, "ERASE_PENDING_DAYS", 14),
        "ADDRESS_DAYS": _whole_number(environ, "ADDRESS_DAYS", 14),
        "REGISTRATION_DAYS": _whole_number(environ, "REGISTRATION_DAYS", 30),
        "SIGN_LIMIT": _limit(environ, "SIGN_LIMIT", "300 per minute"),
        "API_LIMIT": _limit(environ, "API_LIMIT", "600 per minute"),
        "HOLD_PER_ADDRESS": _whole_number(environ, "HOLD_PER_ADDRESS", 500),
        "KIOSK_HOURLY_QUOTA": _whole_number(environ, "KIOSK_HOURLY_QUOTA", 1000),
        "PRESSURE_PER_MINUTE": _whole_number(environ, "PRESSURE_PER_MINUTE", 3000),
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "IMPORT_BYTES": _whole_number(environ, "IMPORT_BYTES", 16 * 1024 * 1024),
        # Our forms have their own error messages. Flask-WTF would load its catalogue for each form.
        "STRICT": False,
        "WTF_I18N_ENABLED": False,
        # The token lasts as long as its session, because a form may stay open overnight. Requests
        # without a session have no token, so only the views with sessions check it, explicitly.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": production,
    }


def log_format(environ: Mapping[str, str] = os.environ) -> str:
    """Return how the log is written. Raises SettingError."""
    chosen = environ.get("LOG_FORMAT") or LOG_FORMATS[0]
    if chosen not in LOG_FORMATS:
        raise SettingError(f"LOG_FORMAT must be {' or '.join(LOG_FORMATS)}, not {chosen!r}")
    return chosen


def _secrets_in_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings whose value is in a file.

    Raises SettingError, which never contains a value.
    """
    values = {}
    for name in SECRET_SETTINGS:
        path = environ.get(name + FILE_SUFFIX)
        if not path:
            continue
        if environ.get(name):
            raise SettingError(f"Set {name} or {name}{FILE_SUFFIX}, not both")
        values[name] = _text_of(path, name + FILE_SUFFIX)
    return values


def _text_of(path: str, name: str) -> str:
    """Return the text in the file `path` without the end of its last line."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise SettingError(
            f"{name} must name a file that can be read; {path}: {error.strerror}"
        ) from error
    except ValueError:
        # The original error quotes what is in the file.
        raise SettingError(f"{name} must name a text file in UTF-8; {path} is not one") from None
    text = text.rstrip("\r\n")
    if not text.strip():
        raise SettingError(f"{name} must name a file with a value; {path} is empty")
    return text


def _items(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _networks(environ: Mapping[str, str], name: str) -> list[str]:
    networks = environ.get(name, "").replace(",", " ").split()
    for network in networks:
        try:
            ip_network(network, strict=False)
        except ValueError as error:
            raise SettingError(
                f"{name} must name networks such as 10.0.0.0/8, not {network!r}"
            ) from error
    return networks


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise SettingError(
            f"TIME_ZONE must name a zone such as America/Toronto, not {name!r}"
        ) from error


def _whole_number(
    environ: Mapping[str, str],
    name: str,
    default: int,
    *,
    minimum: int = 0,
    maximum: int | None = None,
) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal():
        raise SettingError(f"{name} must be a whole number, not {text!r}")
    if int(text) < minimum or (maximum and int(text) > maximum):
        raise SettingError(
            f"{name} must be {f'from {minimum} to {maximum}' if maximum else f'at least {minimum}'}, not {text}"
        )
    return int(text)


def _limit(environ: Mapping[str, str], name: str, default: str) -> str:
    text = environ.get(name) or default
    try:
        parse(text)
    except ValueError as error:
        raise SettingError(f"{name} must be a limit such as {default!r}, not {text!r}") from error
    return text


def _mail_rates(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the rates of emails by receiving domain: {"mail.example": "20/second"}."""
    rates = {}
    for item in _items(environ.get("MAIL_RATES", "")):
        domain, _, rate = (part.strip() for part in item.partition("="))
        if not domain or not _is_rate(rate):
            raise SettingError(
                f"MAIL_RATES must have items such as mail.example=20/second, not {item!r}"
            )
        rates[domain.lower()] = rate
    return rates


def _letters_domain(environ: Mapping[str, str]) -> str:
    domain = environ.get("LETTERS_DOMAIN", "").strip().lower()
    if domain and not HOST_NAME.fullmatch(domain):
        raise SettingError(
            f"LETTERS_DOMAIN must be a domain such as letters.example.org, not {domain!r}"
        )
    return domain


def _is_rate(text: str) -> bool:
    try:
        return parse(text).amount > 0
    except ValueError:
        return False


def _database_url(environ: Mapping[str, str], var: Path) -> str:
    url = environ.get("DATABASE_URL")
    return database_url(url, "DATABASE_URL") if url else f"sqlite:///{var / 'volante.sqlite3'}"


def database_url(url: str, name: str) -> str:
    """Return the URL of a database as SQLAlchemy reads it. `name` is the setting it comes from.

    Raises SettingError.
    """
    # Hosting services still give URLs with the short scheme, which SQLAlchemy rejects. Our driver
    # is psycopg 3.
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    try:
        url = _with_hosts_in_query(url)
        kind = make_url(url).drivername
    except (ArgumentError, ValueError):
        kind = None
    # Show neither the URL nor the original error, because the URL may contain a password.
    if kind not in ("sqlite", "postgresql+psycopg"):
        raise SettingError(
            f"{name} must look like postgresql://user:password@host/name or sqlite:////folder/file"
        )
    return url


def _with_hosts_in_query(url: str) -> str:
    """Return a URL that names several hosts as SQLAlchemy reads it: each in the query.

    Unless it says otherwise, we want the one of them that can be written to.
    """
    match = SEVERAL_HOSTS.fullmatch(url)
    if not match:
        return url
    scheme, account, hosts, path = match.groups()
    moved = make_url(f"{scheme}{account or ''}{path or ''}")
    wanted = {"target_session_attrs": "read-write"} | dict(moved.query)
    several = moved.set(query=wanted | {"host": tuple(hosts.split(","))})
    return several.render_as_string(hide_password=False)


def _postgresql_url(
    environ: Mapping[str, str], name: str, own_database_url: str, *, purpose: str
) -> str:
    """Return the address of PostgreSQL in another setting than DATABASE_URL, or ""."""
    url = environ.get(name)
    if not url:
        return ""
    url = database_url(url, name)
    if url.startswith("sqlite") or own_database_url.startswith("sqlite"):
        raise SettingError(f"{name} is for {purpose}")
    return url


def _direct_url(environ: Mapping[str, str], own_database_url: str) -> str:
    purpose = "a PostgreSQL database behind PgBouncer"
    return _postgresql_url(environ, "DATABASE_DIRECT_URL", own_database_url, purpose=purpose)


def _replica_url(environ: Mapping[str, str], own_database_url: str) -> str:
    purpose = "a standby of a PostgreSQL database"
    url = _postgresql_url(environ, "DATABASE_REPLICA_URL", own_database_url, purpose=purpose)
    if not url:
        return ""
    replica = make_url(url)
    if replica.query.get("target_session_attrs") == "read-write":
        # The default for several hosts. A standby can only be read.
        replica = replica.update_query_dict({"target_session_attrs": "prefer-standby"})
    return replica.render_as_string(hide_password=False)


def _files_url(environ: Mapping[str, str]) -> str:
    url = environ.get("FILES_URL", "").strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        options = dict(
            parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        )
        endpoint = urlsplit(options.get("endpoint", "https://s3.amazonaws.com"))
        is_valid = (
            parts.scheme == "s3"
            and bool(parts.netloc)
            and "@" not in parts.netloc
            and options.keys() <= {"endpoint", "region"}
            and all(options.values())
            and endpoint.scheme in ("http", "https")
            and bool(endpoint.hostname)
        )
    except ValueError:
        is_valid = False
    if not is_valid:
        raise SettingError(
            "FILES_URL must look like"
            " s3://bucket/folder?endpoint=https://s3.example.org&region=ca-1"
        )
    for name in ("FILES_ACCESS_KEY", "FILES_SECRET_KEY"):
        if not environ.get(name):
            raise SettingError(f"Set {name} too, as FILES_URL is set")
    return url


def _engine_options(
    environ: Mapping[str, str], database_url: str, processes: int
) -> dict[str, Any]:
    # SQL parameters contain names and addresses, so error messages must keep them out of the log.
    options = {"hide_parameters": True}
    if database_url.startswith("sqlite"):
        return options | {"pool_size": 16, "max_overflow": 64}
    # Leave one share for the worker. A thread had better wait for a connection than be rejected by
    # the server.
    share = _whole_number(environ, "DATABASE_CONNECTIONS", DEFAULT_CONNECTIONS, minimum=1) // (
        processes + 1
    )
    # Parameters that the operator put into the URL take precedence.
    own = make_url(database_url).query
    return options | {
        "pool_size": max(MIN_CONNECTIONS, share),
        "max_overflow": 0,
        "pool_pre_ping": True,
        "pool_timeout": POOL_SECONDS,
        # Connections that few requests need stay idle, so that PostgreSQL can close them.
        "pool_use_lifo": True,
        "connect_args": {
            **{name: value for name, value in POSTGRESQL_OPTIONS.items() if name not in own},
            **_prepared_statements(environ),
        },
    }


def _prepared_statements(environ: Mapping[str, str]) -> dict[str, None]:
    """Return psycopg's options: whether the server prepares statements that are repeated."""
    choice = environ.get("DATABASE_PREPARED_STATEMENTS") or "on"
    if choice not in ("on", "off"):
        raise SettingError(f"DATABASE_PREPARED_STATEMENTS must be on or off, not {choice!r}")
    return {} if choice == "on" else {"prepare_threshold": None}


def _public_url(environ: Mapping[str, str], port: int, production: bool) -> str:
    url = environ.get("PUBLIC_URL", "").rstrip("/")
    if not url:
        if production:
            raise SettingError(
                "PUBLIC_URL must be the address of the site, such as https://sign.example.org"
            )
        return f"http://127.0.0.1:{port}"
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise SettingError(f"PUBLIC_URL must begin with https:// and name a host, not {url!r}")
    if (
        production
        and urlsplit(url).scheme == "http"
        and urlsplit(url).hostname not in LOOPBACK_HOSTS
    ):
        raise SettingError(f"PUBLIC_URL must begin with https:// in production, not {url!r}")
    return url


def _security_contact(environ: Mapping[str, str]) -> str:
    """Return a URI that reports of weaknesses go to, or an empty text."""
    contact = environ.get("SECURITY_CONTACT", "").strip()
    if not contact or contact.startswith(("mailto:", "https://", "tel:")):
        return contact
    if "@" in contact and not any(character.isspace() for character in contact):
        return f"mailto:{contact}"
    raise SettingError(
        "SECURITY_CONTACT must be an email address, or begin with https:// or tel:,"
        f" not {contact!r}"
    )


def _source_url(environ: Mapping[str, str]) -> str:
    url = environ.get("SOURCE_URL", "").strip()
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        raise SettingError(f"SOURCE_URL must begin with https:// and name a host, not {url!r}")
    return url


def _secret(environ: Mapping[str, str], var: Path, production: bool) -> str:
    secret = environ.get("SECRET_KEY", "")
    if production:
        if len(secret) < MIN_SECRET_LENGTH:
            raise SettingError(
                f"SECRET_KEY must be set to at least {MIN_SECRET_LENGTH} random characters in production"
            )
        if len(set(secret)) < MIN_SECRET_VARIETY:
            raise SettingError("SECRET_KEY must be random: this one repeats a few characters")
        return secret
    return secret or _own_secret(var / "secret_key")


def _bounce_secret(environ: Mapping[str, str]) -> str:
    secret = environ.get("BOUNCE_SECRET", "")
    if secret and len(secret) < MIN_SECRET_LENGTH:
        raise SettingError(
            f"BOUNCE_SECRET must be at least {MIN_SECRET_LENGTH} random characters, or not set at all"
        )
    return secret


def make_room(var: str | Path) -> None:
    """Create the folder `var` if it is missing, for its owner only, as it holds personal data.

    Raises SettingError if this fails.
    """
    try:
        Path(var).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"VAR_DIR must name a folder that can be written to; {var}: {error.strerror}"
        ) from error


def _own_secret(path: Path) -> str:
    """Return the secret in the file `path`, and create it at the first call.

    It is saved so that links in sent emails still work after a restart.
    """
    make_room(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        # Another process may read the new file while it is still empty, or a power cut may leave it
        # empty. With an empty key, anyone could forge links. So lock it, and fill an empty file.
        fcntl.flock(file, fcntl.LOCK_EX)
        secret = file.read().strip()
        if not secret:
            secret = secrets.token_urlsafe(48)
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        return secret
