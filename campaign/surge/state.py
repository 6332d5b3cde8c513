"""The surge level of the site as this process knows it, and what waits because of it."""

import secrets
from typing import cast

from flask import Flask, current_app

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.surge.levels import DEFAULT_INTERVAL_MS, MIN_INTERVALS_MS, SurgeLevel
from campaign.surge.queries import shared_level

STATE = "surge"
# When visitors may ask again for what waits.
WORK_RETRY_SECONDS = 60
# People who sign are asked to try again at different times, so that not all return at once.
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 10, 20
# At the last level, a process still accepts this many signings at the same time. It answers all
# others at once, so that none waits for long.
MAX_SIGNINGS_AT_ONCE = 8


class WorkWaits(CampaignError):
    """What the request asks for waits until fewer people visit the site."""

    status = 503
    retry_seconds = WORK_RETRY_SECONDS


class SigningBusy(CampaignError):
    """Too many people are signing at this moment. Nothing was stored."""

    status = 503

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        spread = MAX_RETRY_SECONDS - MIN_RETRY_SECONDS + 1
        self.retry_seconds = MIN_RETRY_SECONDS + secrets.randbelow(spread)


class SurgeState:
    """What this process knows about the surge: plain attributes, because every request reads them.

    `level` is that of the site: the higher of what this process has `measured` itself and of what
    the others share through the database. It never exceeds `max_level`.
    """

    def __init__(self, max_level: int = max(SurgeLevel)) -> None:
        self._max_level = SurgeLevel(max_level)
        self.level = self.measured = SurgeLevel.NONE
        self.next_ms = self._measured_ms = DEFAULT_INTERVAL_MS
        self._shared = SurgeLevel.NONE
        self._signings: list[None] = []

    def set_measured(self, level: SurgeLevel, next_ms: int) -> None:
        """Take the level and the polling interval that this process has measured."""
        self.measured, self._measured_ms = min(level, self._max_level), next_ms
        self._update()

    def set_shared(self, level: SurgeLevel) -> None:
        """Take the level that all processes share."""
        self._shared = level
        self._update()

    def begin_signing(self) -> None:
        """Count a signing that begins. Raise SigningBusy if it must be tried again later."""
        if self.level >= SurgeLevel.SIGNING_RETRIES and len(self._signings) >= MAX_SIGNINGS_AT_ONCE:
            raise SigningBusy
        # Unlike adding to a number, this is safe without a lock.
        self._signings.append(None)

    def end_signing(self) -> None:
        """Count a signing as ended."""
        self._signings.pop()

    def _update(self) -> None:
        self.level = level = max(self.measured, min(self._shared, self._max_level))
        measured_ms = self._measured_ms if level else DEFAULT_INTERVAL_MS
        self.next_ms = max(measured_ms, MIN_INTERVALS_MS[level])


def init_app(app: Flask) -> None:
    app.extensions[STATE] = SurgeState(app.config["SURGE_MAX_LEVEL"])
    app.add_template_global(surge_level, "surge_level")


def surge_state() -> SurgeState:
    """Return the state of the current application."""
    return cast(SurgeState, current_app.extensions[STATE])


def surge_level() -> SurgeLevel:
    """Return the level of the site as this process knows it."""
    return surge_state().level


def work_waits() -> bool:
    """Return whether what is not urgent waits: search, posters, exports, letters, bulk emails."""
    return surge_level() >= SurgeLevel.WORK_WAITS


def emails_wait() -> bool:
    """Return whether emails to supporters wait in the outbox."""
    return surge_level() >= SurgeLevel.EMAILS_WAIT


def check_surge() -> None:
    """Raise WorkWaits while what is not urgent has to wait."""
    if work_waits():
        raise WorkWaits


def follow_surge() -> None:
    """Read the level that the site's processes share. The worker does this twice a second."""
    with db.engine.connect() as connection:
        surge_state().set_shared(shared_level(connection).level)
