"""The numbers beside the places of the rail: one question for all of them, each only for who may see its place."""

from typing import NamedTuple

from babel.numbers import format_compact_decimal
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from campaign.causes.models import CauseTally
from campaign.events.models import Event
from campaign.extensions import db
from campaign.organize.identity import causes_where, may
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.models import TO_REVIEW, UNREAD, Signature

# Nobody reads more at a sitting; beyond it "999+" says enough, and counting stays cheap.
MAX_SHOWN = 999
# So much has room beside the longest word; beyond, "1.2M" is told to the eye.
MAX_IN_FULL = 99_999


class RailNumber(NamedTuple):
    """What stands beside a place: a number for the eye, and the same in words for who hears it; both empty at nought."""

    figure: str = ""
    words: str = ""


def rail_numbers():
    """Return {name of the place: RailNumber} for the places with one that who is signed in may see."""
    queries = {
        name: query(causes_where(action)).scalar_subquery().label(name)
        for name, (action, query, _words) in COUNTED.items()
        if may(action)
    }
    if not queries:
        return {}
    counts = db.session.execute(select(*queries.values())).one()._mapping
    return {name: _worded(int(counts[name] or 0), COUNTED[name][2]) for name in queries}


def _worded(count, words):
    if not count:
        return RailNumber()
    if words in CAPPED and count > MAX_SHOWN:
        figure = f"{format_decimal(MAX_SHOWN)}+"
        return RailNumber(figure, words(count, figure))
    figure = format_decimal(count)
    brief = (
        format_compact_decimal(count, fraction_digits=1, locale=get_locale())
        if count > MAX_IN_FULL
        else figure
    )
    return RailNumber(brief, words(count, figure))


def _counted(cause_ids):
    return _of(select(func.sum(CauseTally.count)), CauseTally.cause_id, cause_ids)


def _held(cause_ids):
    return _waiting(TO_REVIEW, cause_ids)


def _unread(cause_ids):
    return _waiting(UNREAD, cause_ids)


def _waiting(condition, cause_ids):
    # Those that wait have an index of their own. Were the column bare, SQLite might take that of the cause, and look at all.
    some = _of(select(Signature.id).where(condition), Signature.cause_id + 0, cause_ids).limit(
        MAX_SHOWN + 1
    )
    return select(func.count()).select_from(some.subquery())


def _open(cause_ids):
    now = utcnow()
    is_open = (
        Petition.state == "published",
        or_(Petition.opens_at.is_(None), Petition.opens_at <= now),
        or_(Petition.closes_at.is_(None), Petition.closes_at > now),
    )
    return _of(select(func.count(Petition.id)).where(*is_open), Petition.cause_id, cause_ids)


def _ahead(cause_ids):
    is_ahead = (Event.state == "published", Event.archived_at.is_(None), Event.ends_at > utcnow())
    return _of(select(func.count(Event.id)).where(*is_ahead), Event.cause_id, cause_ids)


def _of(query, column, cause_ids):
    return query if cause_ids is None else query.where(column.in_(cause_ids))


def _say_counted(num, figure):
    return ngettext("%(figure)s counted", "%(figure)s counted", num, figure=figure)


def _say_held(num, figure):
    return ngettext("%(figure)s to look at", "%(figure)s to look at", num, figure=figure)


def _say_unread(num, figure):
    return ngettext("%(figure)s to read", "%(figure)s to read", num, figure=figure)


def _say_open(num, figure):
    return ngettext("%(figure)s open", "%(figure)s open", num, figure=figure)


def _say_ahead(num, figure):
    return _("%(figure)s ahead", figure=figure)


COUNTED = {
    "signatures": ("signatures.see", _counted, _say_counted),
    "held": ("signatures.review", _held, _say_held),
    "comments": ("signatures.review", _unread, _say_unread),
    "petitions": ("petitions.see", _open, _say_open),
    "events": ("events.see", _ahead, _say_ahead),
}
CAPPED = (_say_held, _say_unread)
