"""The sidebar: the entries that the organizer may see, and the counts beside them."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from babel.numbers import format_compact_decimal
from flask import current_app, g
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select

from campaign.causes.models import CauseTally
from campaign.events.models import Event
from campaign.extensions import db
from campaign.i18n.locales import current_locale
from campaign.organisations.identity import identities
from campaign.organize.core.identity import causes_where, may
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.models import TO_REVIEW, UNREAD, Signature

# Nobody reviews more in one sitting. Above this we show "999+", and counting stays cheap.
MAX_SHOWN = 999
# Larger numbers do not fit beside the longest label, so they are shown like "1.2M".
MAX_IN_FULL = 99_999


class SidebarCount(NamedTuple):
    """The count beside an entry. Both fields are empty at zero.

    `figure` is shown, and `label` is read by screen readers.
    """

    figure: str = ""
    label: str = ""


def sidebar_counts() -> dict[str, SidebarCount]:
    """Return {entry name: SidebarCount} for the entries with a count that the organizer may see."""
    queries = {
        name: query(causes_where(action)).scalar_subquery().label(name)
        for name, (action, query, _label) in COUNTED.items()
        if may(action)
    }
    if not queries:
        return {}
    counts = db.session.execute(select(*queries.values())).one()._mapping
    return {name: _sidebar_count(int(counts[name] or 0), COUNTED[name][2]) for name in queries}


def _sidebar_count(count: int, label: Callable[[int, str], str]) -> SidebarCount:
    if not count:
        return SidebarCount()
    if label in CAPPED and count > MAX_SHOWN:
        figure = f"{format_decimal(MAX_SHOWN)}+"
        return SidebarCount(figure, label(count, figure))
    figure = format_decimal(count)
    brief = (
        format_compact_decimal(count, fraction_digits=1, locale=current_locale())
        if count > MAX_IN_FULL
        else figure
    )
    return SidebarCount(brief, label(count, figure))


def _counted(cause_ids: frozenset[int] | None) -> Select[Any]:
    return _of(select(func.sum(CauseTally.count)), CauseTally.cause_id, cause_ids)


def _held(cause_ids: frozenset[int] | None) -> Select[Any]:
    return _waiting(TO_REVIEW, cause_ids)


def _unread(cause_ids: frozenset[int] | None) -> Select[Any]:
    return _waiting(UNREAD, cause_ids)


def _waiting(condition: Any, cause_ids: frozenset[int] | None) -> Select[Any]:
    # Signatures that wait have their own index. `+ 0` stops SQLite from choosing the cause_id index
    # and scanning every signature of the cause.
    some = _of(select(Signature.id).where(condition), Signature.cause_id + 0, cause_ids).limit(
        MAX_SHOWN + 1
    )
    return select(func.count()).select_from(some.subquery())


def _open(cause_ids: frozenset[int] | None) -> Select[Any]:
    now = utcnow()
    is_open = (
        Petition.state == "published",
        or_(Petition.opens_at.is_(None), Petition.opens_at <= now),
        or_(Petition.closes_at.is_(None), Petition.closes_at > now),
    )
    return _of(select(func.count(Petition.id)).where(*is_open), Petition.cause_id, cause_ids)


def _ahead(cause_ids: frozenset[int] | None) -> Select[Any]:
    is_ahead = (Event.state == "published", Event.archived_at.is_(None), Event.ends_at > utcnow())
    return _of(select(func.count(Event.id)).where(*is_ahead), Event.cause_id, cause_ids)


def _of(query: Select[Any], column: Any, cause_ids: frozenset[int] | None) -> Select[Any]:
    return query if cause_ids is None else query.where(column.in_(cause_ids))


def _counted_label(num: int, figure: str) -> str:
    return ngettext("%(figure)s counted", "%(figure)s counted", num, figure=figure)


def _held_label(num: int, figure: str) -> str:
    return ngettext("%(figure)s to review", "%(figure)s to review", num, figure=figure)


def _unread_label(num: int, figure: str) -> str:
    return ngettext("%(figure)s to read", "%(figure)s to read", num, figure=figure)


def _open_label(num: int, figure: str) -> str:
    return ngettext("%(figure)s open", "%(figure)s open", num, figure=figure)


def _ahead_label(num: int, figure: str) -> str:
    return _("%(figure)s upcoming", figure=figure)


COUNTED = {
    "signatures": ("signatures.see", _counted, _counted_label),
    "held": ("signatures.review", _held, _held_label),
    "comments": ("signatures.review", _unread, _unread_label),
    "petitions": ("petitions.see", _open, _open_label),
    "events": ("events.see", _ahead, _ahead_label),
}
CAPPED = (_held_label, _unread_label)


class SidebarEntry(NamedTuple):
    """A sidebar entry. It links to `index` of the blueprint called `name`."""

    name: str
    label: str
    icon: str
    action: str

    @property
    def endpoint(self) -> str:
        return f"organize.{self.name}.index"


ENTRIES = (
    SidebarEntry("overview", _l("Overview"), "grid", "overview.see"),
    SidebarEntry("signatures", _l("Signatures"), "pen", "signatures.see"),
    SidebarEntry("held", _l("Held"), "hourglass", "signatures.review"),
    SidebarEntry("comments", _l("Comments"), "speech", "signatures.review"),
    SidebarEntry("exports", _l("Exports"), "download", "signatures.export"),
    SidebarEntry("causes", _l("Causes"), "flag", "causes.see"),
    SidebarEntry("petitions", _l("Petitions and letters"), "megaphone", "petitions.see"),
    SidebarEntry("targets", _l("Targets"), "target", "targets.edit"),
    SidebarEntry("events", _l("Events"), "calendar", "events.see"),
    SidebarEntry("kiosks", _l("Tablets"), "tablet", "kiosks.see"),
    SidebarEntry("updates", _l("Updates"), "newspaper", "updates.see"),
    SidebarEntry("mail", _l("Mailings"), "mail", "mail.see"),
    SidebarEntry("organisations", _l("Organizations"), "building", "organisations.see"),
    SidebarEntry("people", _l("People"), "users", "people.see"),
    SidebarEntry("audit", _l("Activity log"), "list", "audit.see"),
    SidebarEntry("switches", _l("Site features"), "power", "switches.edit"),
    SidebarEntry("site", _l("Settings"), "sliders", "site.edit"),
)

# Pages without their own sidebar entry, and the entry from which each is reached.
REACHED_FROM = {
    "numbers": "overview",
    "rules": "held",
    "corrections": "held",
    "bulk": "held",
    "deliveries": "exports",
    "answers": "petitions",
    "keys": "people",
    "subscribers": "mail",
    "suppressions": "mail",
    **dict.fromkeys(("second_factor", "passkeys"), "account"),
    **dict.fromkeys(("copies", "erasures", "retention", "imports"), "signatures"),
}


def entry_of(blueprint: str) -> str:
    """Return the name of the sidebar entry for a page, given the full name of its blueprint."""
    name = blueprint.rpartition(".")[2]
    return REACHED_FROM.get(name, name)


def counts_of_request() -> dict[str, SidebarCount]:
    """Return {entry name: SidebarCount}, queried once per page even for two sidebars."""
    if "sidebar_counts" not in g:
        g.sidebar_counts = sidebar_counts()
    return cast(dict[str, SidebarCount], g.sidebar_counts)


def sidebar_entries() -> list[SidebarEntry]:
    """Return the sidebar entries that the current organizer may see."""
    return [
        _named(entry)
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions and may(entry.action)
    ]


def _named(entry: SidebarEntry) -> SidebarEntry:
    # Where a site has one organisation, its entry opens the page of that one.
    if entry.name == "organisations" and not identities().are_several:
        return entry._replace(label=_l("Organization"))
    return entry
