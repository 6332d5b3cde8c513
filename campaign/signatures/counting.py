"""The figures that organizers see, each from one set-based question; `petition_ids` are always those of petitions in sight."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, cast, func, select

from campaign.extensions import db
from campaign.lib.hours import hour_of, read_hour
from campaign.mail.models import OWED, TROUBLED, OwedMessage
from campaign.mail.operations import NO_LONGER_APT
from campaign.petitions.models import PetitionTally
from campaign.signatures.models import HELD, PENDING, WITHDRAWN, LedgerEntry, Signature

# Whoever has not confirmed, or is held, waits; what was withdrawn or erased is in no chart.
SURE = ("counted", "confirmed")
WAITING = ("pending", "held")
_IN_TALLY = Signature.number.is_not(None)
_CHARTED = Signature.state.in_((*SURE, *WAITING))


@dataclass(frozen=True)
class States:
    """How many signatures of some petitions are in each state; `counted` is the tally, `ledger` what the ledger adds up to."""

    counted: int
    ledger: int
    pending: int
    held: int
    rejected: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Hour:
    """How many signed within an hour, as they stand today."""

    hour: datetime
    sure: int
    waiting: int


@dataclass(frozen=True)
class MailTrouble:
    """Letters of a kind that have not arrived: still tried again, given up, or to an address that takes no mail."""

    kind: str
    retried: int
    failed: int
    refused: int


def states(petition_ids):
    """Return the States of these petitions."""
    # Few rows are in these states, and each state has an index of its own. Were the column bare, SQLite would rather take that of
    # the petition, and look at all of its signatures.
    of = (Signature.petition_id + 0).in_(petition_ids)
    held, turned_away = db.session.execute(
        select(func.count(), func.count(Signature.rejected_at)).where(HELD, of)
    ).one()
    return States(
        counted=_sum(select(func.sum(PetitionTally.count)).where(PetitionTally.petition_id.in_(petition_ids))),
        ledger=_sum(select(func.sum(LedgerEntry.change)).where(LedgerEntry.petition_id.in_(petition_ids))),
        pending=_sum(select(func.count()).where(PENDING, of)),
        held=held - turned_away,
        rejected=turned_away,
        withdrawn=_sum(select(func.count()).where(WITHDRAWN, of)),
    )


def hours(petition_ids):
    """Return an Hour for each hour in which anybody signed, oldest first."""
    hour = hour_of(Signature.created_at).label("hour")
    rows = db.session.execute(
        select(hour, Signature.state.in_(WAITING).label("waits"), func.count().label("count"))
        .where(Signature.petition_id.in_(petition_ids), _CHARTED)
        .group_by("hour", "waits")
    )
    sure, waiting = Counter(), Counter()
    for row in rows:
        (waiting if row.waits else sure)[row.hour] += row.count
    return [Hour(read_hour(each), sure[each], waiting[each]) for each in sorted({*sure, *waiting})]


def counted_by_kind(petition_ids):
    """Return {"country": Counter, "lang": Counter, "evidence": Counter} of the counted signatures."""
    columns = (Signature.country, Signature.lang, Signature.evidence)
    rows = db.session.execute(
        select(*columns, func.count()).where(Signature.petition_id.in_(petition_ids), _IN_TALLY).group_by(*columns)
    )
    found = {column.key: Counter() for column in columns}
    for *values, count in rows:
        for column, value in zip(columns, values, strict=True):
            found[column.key][value] += count
    return found


def counted_by_postal_area(petition_ids):
    """Return a Counter of the counted signatures by (country, first three characters of the postal code)."""
    area = func.substr(Signature.postal_code, 1, 3).label("area")
    rows = db.session.execute(
        select(Signature.country, area, func.count())
        .where(Signature.petition_id.in_(petition_ids), _IN_TALLY, Signature.postal_code != "")
        .group_by(Signature.country, area)
    )
    return Counter({(country, area): count for country, area, count in rows})


def counted_by_source(petition_ids):
    """Return a Counter of the counted signatures by campaign code ("" for none), and how many came by a supporter's link."""
    rows = db.session.execute(
        select(Signature.source, func.count(), func.count(Signature.brought_by))
        .where(Signature.petition_id.in_(petition_ids), _IN_TALLY)
        .group_by(Signature.source)
    ).all()
    return Counter({source: count for source, count, _ in rows}), sum(brought for *_, brought in rows)


def confirmed_since(petition_ids, since, until):
    """Return (how many of those who signed by mail in this time have confirmed, how many signed)."""
    signed, confirmed = db.session.execute(
        select(func.count(), func.count(Signature.confirmed_at)).where(
            Signature.petition_id.in_(petition_ids),
            Signature.created_at >= since,
            Signature.created_at < until,
            Signature.evidence == "email",
            Signature.state != "erased",
        )
    ).one()
    return confirmed, signed


def mail_trouble(petition_ids):
    """Return a MailTrouble for each kind of letter about these signatures that has any."""
    message = OwedMessage
    about_signatures = message.kind.startswith("signature_", autoescape=True)
    retried = OWED & (message.attempts > 1)
    given_up = TROUBLED & message.last_error.not_in(("", NO_LONGER_APT))
    found = {}
    for condition in (retried, given_up):
        letters = select(message.kind, message.state, message.subject_id).where(condition, about_signatures).subquery()
        rows = db.session.execute(
            select(letters.c.kind, letters.c.state, func.count())
            .join(Signature, Signature.id == letters.c.subject_id)
            .where((Signature.petition_id + 0).in_(petition_ids))
            .group_by(letters.c.kind, letters.c.state)
        )
        for kind, state, count in rows:
            found.setdefault(kind, Counter())[state] += count
    return [MailTrouble(kind, n["owed"], n["failed"], n["dropped"]) for kind, n in sorted(found.items())]


def ledger_of(petition_ids):
    """Return the ledger of these petitions as rows (hour, reason, evidence, change), oldest first."""
    change = cast(func.sum(LedgerEntry.change), Integer).label("change")
    keys = (LedgerEntry.hour, LedgerEntry.reason, LedgerEntry.evidence)
    return db.session.execute(
        select(*keys, change).where(LedgerEntry.petition_id.in_(petition_ids)).group_by(*keys).order_by(*keys)
    ).all()


def _sum(query):
    return int(db.session.scalar(query) or 0)
