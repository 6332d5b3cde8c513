"""Queries about letters: of one response, by target, to print, and those that do not leave."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from campaign.actions.letters.models import Letter
from campaign.actions.letters.operations import NOT_LEFT
from campaign.extensions import db
from campaign.i18n.fallbacks import best_text
from campaign.targets.queries import profiles_by_ids

# Letters wait for the day where their target is, or until a week of gathering is over. So long
# after that, something keeps them from leaving.
STUCK_AFTER = {"individual": timedelta(hours=36), "gathered": timedelta(days=9)}


@dataclass(slots=True)
class LetterCounts:
    """How many letters to one target, or in all, are in which state.

    `ready` are those that supporters send themselves. Of these, `by_hand` were reported as sent.
    `printed` are those to hand over. `profile_id` is None for targets that no longer exist.
    """

    profile_id: int | None = None
    name: str = ""
    waiting: int = 0
    sent: int = 0
    bounced: int = 0
    stopped: int = 0
    ready: int = 0
    by_hand: int = 0
    printed: int = 0

    @property
    def total(self) -> int:
        """Return how many letters there are."""
        return sum((self.waiting, self.sent, self.bounced, self.stopped, self.ready, self.printed))

    def add(self, state: str, method: str, is_sent: bool, count: int) -> None:
        """Add letters of one state and delivery method. `is_sent`: their writers sent them."""
        if state in NOT_LEFT:
            self.waiting += count
        elif state == "done" and method == "self":
            self.ready += count
            self.by_hand += count if is_sent else 0
        elif state == "done":
            self.printed += count
        else:
            setattr(self, state, getattr(self, state) + count)


def letters_of(signature_ids: Collection[int]) -> Sequence[Letter]:
    """Return the letters of these responses, in the order in which they were written."""
    return db.session.scalars(
        select(Letter).where(Letter.signature_id.in_(signature_ids)).order_by(Letter.id)
    ).all()


def undelivered_letters(signature_id: int) -> Sequence[Letter]:
    """Return the letters of a response that could not be delivered, without stopped ones."""
    return db.session.scalars(
        select(Letter)
        .where(Letter.signature_id == signature_id, Letter.reason.not_in(("", "withdrawn")))
        .order_by(Letter.id)
    ).all()


def letter_counts(petition_id: int, lang: str) -> list[LetterCounts]:
    """Return the LetterCounts of each target that got letters of an action, most letters first."""
    is_sent = Letter.sent_at.is_not(None)
    rows = db.session.execute(
        select(
            Letter.profile_id,
            func.max(Letter.target_name).label("name"),
            Letter.state,
            Letter.delivery_method,
            is_sent.label("is_sent"),
            func.count().label("many"),
        )
        .where(Letter.petition_id == petition_id)
        .group_by(Letter.profile_id, Letter.state, Letter.delivery_method, is_sent)
    ).all()
    profiles = profiles_by_ids({row.profile_id for row in rows if row.profile_id is not None})
    counts: dict[int | None, LetterCounts] = {}
    for row in rows:
        profile = profiles.get(row.profile_id)
        name = best_text(profile.names, lang) if profile else row.name
        target = counts.setdefault(row.profile_id, LetterCounts(row.profile_id, name))
        target.add(row.state, row.delivery_method, row.is_sent, row.many)
    return sorted(counts.values(), key=lambda target: (-target.total, target.name))


def total_of(counts: Collection[LetterCounts]) -> LetterCounts:
    """Return the sum of the LetterCounts of all targets."""
    names = ("waiting", "sent", "bounced", "stopped", "ready", "by_hand", "printed")
    return LetterCounts(**{name: sum(getattr(item, name) for item in counts) for name in names})


def stuck_letters(petition_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return {id: how many letters wait} of those actions whose letters have waited too long.

    None of their letters has left for that long either, so it is not only that many wait.
    """
    is_due = or_(
        *(
            and_(Letter.delivery_method == method, Letter.created_at < now - stuck_after)
            for method, stuck_after in STUCK_AFTER.items()
        )
    )
    waiting = db.session.execute(
        select(Letter.petition_id, Letter.delivery_method, func.count())
        .where(Letter.petition_id.in_(petition_ids), Letter.state.in_(NOT_LEFT), is_due)
        .group_by(Letter.petition_id, Letter.delivery_method)
    ).all()
    has_left = or_(
        *(
            and_(Letter.delivery_method == method, Letter.sent_at > now - stuck_after)
            for method, stuck_after in STUCK_AFTER.items()
        )
    )
    leaving = set(
        db.session.execute(
            select(Letter.petition_id, Letter.delivery_method)
            .where(Letter.petition_id.in_({row[0] for row in waiting}), has_left)
            .distinct()
        )
    )
    stuck: dict[int, int] = {}
    for petition_id, method, many in waiting:
        if (petition_id, method) not in leaving:
            stuck[petition_id] = stuck.get(petition_id, 0) + many
    return stuck


def count_printable(petition_id: int) -> int:
    """Return how many letters of an action are to be handed over, and still have their text."""
    query = select(func.count(Letter.id)).where(*_is_printable(petition_id))
    return db.session.scalar(query) or 0


def printable_letters(petition_id: int, *, limit: int, offset: int) -> list[Letter]:
    """Return some of these letters, by target and in the order of writing."""
    query = (
        select(Letter)
        .where(*_is_printable(petition_id))
        .order_by(Letter.profile_id, Letter.id)
        .limit(limit)
        .offset(offset)
    )
    return list(db.session.scalars(query))


def _is_printable(petition_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Letter.petition_id == petition_id,
        Letter.delivery_method == "in_person",
        Letter.state == "done",
        Letter.body != "",
    )


def waiting_count(petition_ids: Collection[int]) -> dict[int, int]:
    """Return {id: how many letters have not left} of actions with such letters."""
    rows = db.session.execute(
        select(Letter.petition_id, func.count())
        .where(Letter.petition_id.in_(petition_ids), Letter.state.in_(NOT_LEFT))
        .group_by(Letter.petition_id)
    )
    return {petition_id: many for petition_id, many in rows}
