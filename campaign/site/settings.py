"""The settings of the site: values chosen in the browser, or else the defaults.

The environment gives the defaults of most, so that an installer can preset them. Every process sees
a change within CACHE_SECONDS.
"""

from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from campaign.extensions import db, load_on_primary
from campaign.process.ttl_cache import TtlValue
from campaign.site.models import Site

CACHE_SECONDS = 2
CACHE_NAME = "site_settings"
LAST = "last_site_settings"
NONE_CHOSEN: dict[str, Any] = {}


@dataclass(frozen=True)
class SiteSettings:
    """The settings of the site that hold now.

    `languages` are BCP 47 tags, the first of which is the default. `first_countries` are ISO 3166
    codes that lists of countries begin with. Periods are in days. `sign_limit` is a rate for one
    network, such as "300 per minute". `hold_per_address` is how many signatures an hour from one IP
    address are counted before the rest are held (0: no limit). With `is_strict`, a petition is not
    published while legal details of its organisation are missing.
    """

    languages: tuple[str, ...]
    time_zone: str
    first_countries: tuple[str, ...]
    confirm_days: int
    own_link_days: int
    erase_pending_days: int
    address_days: int
    registration_days: int
    max_emails_per_address_per_day: int
    sign_limit: str
    hold_per_address: int
    kiosk_hourly_quota: int
    is_strict: bool

    @property
    def default_lang(self) -> str:
        """The first language of the site."""
        return self.languages[0]


# The key in the Flask configuration that has the default of each field.
DEFAULTS = {
    "languages": "LANGUAGES",
    "time_zone": "BABEL_DEFAULT_TIMEZONE",
    "first_countries": "FIRST_COUNTRIES",
    "confirm_days": "CONFIRM_DAYS",
    "own_link_days": "OWN_LINK_DAYS",
    "erase_pending_days": "ERASE_PENDING_DAYS",
    "address_days": "ADDRESS_DAYS",
    "registration_days": "REGISTRATION_DAYS",
    "max_emails_per_address_per_day": "MAX_EMAILS_PER_ADDRESS_PER_DAY",
    "sign_limit": "SIGN_LIMIT",
    "hold_per_address": "HOLD_PER_ADDRESS",
    "kiosk_hourly_quota": "KIOSK_HOURLY_QUOTA",
    "is_strict": "STRICT",
}
# JSON has no tuples, but a value that others cache must not change.
TUPLES = frozenset({"languages", "first_countries"})
_DEFAULT_VALUES = itemgetter(*DEFAULTS.values())


def init_app(app: Flask) -> None:
    app.extensions[CACHE_NAME] = TtlValue[dict[str, Any]](
        app.config.get("SETTINGS_CACHE_SECONDS", CACHE_SECONDS)
    )


def site_settings() -> SiteSettings:
    """Return the settings of the site. While the database is away these are the last known."""
    # Every URL of a page asks for the languages. So find the application once, and do not put the
    # same settings together again.
    app = cast(LocalProxy[Flask], current_app)._get_current_object()
    try:
        chosen = app.extensions[CACHE_NAME].get(_load_chosen)
    except SQLAlchemyError:
        chosen = NONE_CHOSEN
    defaults = _DEFAULT_VALUES(app.config)
    last = app.extensions.get(LAST)
    if last is None or last[0] is not chosen or last[1] != defaults:
        last = app.extensions[LAST] = chosen, defaults, _with_defaults(chosen)
    return last[2]


def settings_of(site: Site) -> SiteSettings:
    """Return the settings in a row that was just loaded, whose version a form can show."""
    return _with_defaults(_known(site.settings))


def local_day(instant: datetime) -> date:
    """Return the day of an instant in the site's time zone."""
    return instant.astimezone(ZoneInfo(site_settings().time_zone)).date()


def default_settings() -> SiteSettings:
    """Return the settings of a site that nobody has changed in the browser."""
    return _with_defaults({})


def _with_defaults(chosen: dict[str, Any]) -> SiteSettings:
    defaults = _DEFAULT_VALUES(current_app.config)
    return SiteSettings(**dict(zip(DEFAULTS, defaults, strict=True)) | chosen)


def _known(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if name in TUPLES else value
        for name, value in stored.items()
        if name in DEFAULTS
    }


def forget_site_settings() -> None:
    """Read the settings again at the next use, because this process has changed them."""
    _cached().forget_now_and_after(db.session())


def _cached() -> TtlValue[dict[str, Any]]:
    return cast(TtlValue[dict[str, Any]], current_app.extensions[CACHE_NAME])


def _load_chosen() -> dict[str, Any]:
    return load_on_primary(_chosen)


def _chosen() -> dict[str, Any]:
    # A separate connection, because the caller may be in the middle of a transaction.
    with db.engine.connect() as connection:
        return _known(connection.scalar(select(Site.settings)) or {})
