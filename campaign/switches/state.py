"""What is switched off now. Every process sees a change within CACHE_SECONDS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.i18n.fallbacks import best_of
from campaign.process.clock import utcnow
from campaign.process.ttl_cache import TtlValue
from campaign.switches.models import Switch

CACHE_SECONDS = 0.5
CACHE_NAME = "switches"
# When clients may try again if nobody has said until when it is off.
RETRY_SECONDS = 300
MAX_RETRY_SECONDS = 3600


@dataclass(frozen=True)
class SwitchedOff:
    """Something that is switched off, as in `Switch`."""

    name: str
    organisation_id: int | None
    off_until: datetime | None
    messages: Mapping[str, str] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """Return what a reader of `lang` is told, or an empty text."""
        return best_of(self.messages, lang) or ""

    @property
    def retry_seconds(self) -> int:
        """Return after how many seconds a client may try again."""
        if self.off_until is None:
            return RETRY_SECONDS
        left = (self.off_until - utcnow()).total_seconds()
        return int(min(max(left, 1), MAX_RETRY_SECONDS))


class SwitchedOffError(CampaignError):
    """What the request asks for is switched off."""

    status = 503

    def __init__(self, switch: SwitchedOff) -> None:
        super().__init__(switch.name)
        self.switch, self.retry_seconds = switch, switch.retry_seconds


def init_app(app: Flask) -> None:
    app.extensions[CACHE_NAME] = TtlValue[tuple[SwitchedOff, ...]](
        app.config.get("SETTINGS_CACHE_SECONDS", CACHE_SECONDS)
    )
    app.add_template_global(switched_off, "switched_off")


def switched_off(name: str, organisation_id: int | None = None) -> SwitchedOff | None:
    """Return what switches `name` off for this organisation now, or None if it is on.

    While the database is away, the last known state holds.
    """
    all_off = _all_off()
    if not all_off:
        return None
    now = utcnow()
    for switch in all_off:
        is_concerned = switch.organisation_id in (None, organisation_id)
        if switch.name == name and is_concerned and not _is_over(switch, now):
            return switch
    return None


def check_switch(name: str, organisation_id: int | None = None) -> None:
    """Raise SwitchedOffError if `name` is switched off for this organisation."""
    switch = switched_off(name, organisation_id)
    if switch is not None:
        raise SwitchedOffError(switch)


def organisations_without(name: str) -> frozenset[int]:
    """Return the ids of the organisations for which alone `name` is switched off now."""
    now = utcnow()
    return frozenset(
        switch.organisation_id
        for switch in _all_off()
        if switch.name == name and switch.organisation_id is not None and not _is_over(switch, now)
    )


def refresh_switches() -> None:
    """Read the switches again if they were read long ago."""
    _all_off()


def forget_switches() -> None:
    """Read the switches again at the next use, because this process has changed one."""
    _cached().forget_now_and_after(db.session())


def _is_over(switch: SwitchedOff, now: datetime) -> bool:
    return switch.off_until is not None and switch.off_until <= now


def _all_off() -> tuple[SwitchedOff, ...]:
    try:
        return _cached().get(_load)
    except SQLAlchemyError:
        return ()


def _cached() -> TtlValue[tuple[SwitchedOff, ...]]:
    return cast(TtlValue[tuple[SwitchedOff, ...]], current_app.extensions[CACHE_NAME])


def _load() -> tuple[SwitchedOff, ...]:
    # A separate session, because the caller may be in the middle of a transaction.
    with Session(db.engine) as session:
        rows = session.scalars(select(Switch).order_by(Switch.organisation_id.is_not(None))).all()
        return tuple(
            SwitchedOff(row.name, row.organisation_id, row.off_until, row.messages) for row in rows
        )
