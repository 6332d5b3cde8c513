"""What came of passing petitions on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, cast, func, select

from campaign.extensions import db
from campaign.sharing.models import ShareDeal, ShareText
from campaign.signatures.models import BROUGHT, Signature

MOST_NUMBERS = 1000
_signature = Signature.__table__.c


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a wording: how many supporters were handed it, pressed a way to share, and brought anybody; and how many they brought."""

    text: ShareText
    dealt: int
    shared: int
    bringers: int
    brought: int


def texts_of(petition_id):
    """Return the ShareTexts that are handed out for a petition, by language, the oldest first."""
    return db.session.scalars(
        select(ShareText)
        .where(ShareText.petition_id == petition_id, ShareText.retired_at.is_(None))
        .order_by(ShareText.lang, ShareText.id)
    ).all()


def words_dealt(signature_id):
    """Return the wording that the owner of this signature was handed, while it is handed out, or None."""
    return db.session.scalar(
        select(ShareText.words)
        .join(ShareDeal, ShareDeal.text_id == ShareText.id)
        .where(ShareDeal.signature_id == signature_id, ShareText.retired_at.is_(None))
    )


def was_dealt(signature_id):
    """Return whether the owner of this signature was ever handed a wording."""
    return db.session.get(ShareDeal, signature_id) is not None


def brought_by(signature_id):
    """Return how many counted signatures came by the link of this one."""
    return db.session.scalar(select(func.count()).select_from(Signature).where(*_brought_by(signature_id)))


def numbers_brought_by(signature_id, cause_id):
    """Return the numbers in one cause of the butterflies that this signature brought, in their order, at most MOST_NUMBERS."""
    query = select(_signature.number).where(*_brought_by(signature_id), _signature.cause_id == cause_id)
    return db.session.scalars(query.order_by(_signature.number).limit(MOST_NUMBERS)).all()


def outcomes(texts, since: datetime):
    """Return the Outcome of each of these ShareTexts among those who were handed one from `since` on."""
    brought = (
        select(_signature.brought_by, func.count().label("many"))
        .where(BROUGHT, _signature.number.is_not(None), _signature.brought_by != _signature.id)
        .group_by(_signature.brought_by)
        .subquery()
    )
    rows = db.session.execute(
        select(
            ShareDeal.text_id,
            func.count().label("dealt"),
            func.count(ShareDeal.shared_at).label("shared"),
            func.count(brought.c.many).label("bringers"),
            cast(func.coalesce(func.sum(brought.c.many), 0), Integer).label("brought"),
        )
        .select_from(ShareDeal)
        .outerjoin(brought, brought.c.brought_by == ShareDeal.signature_id)
        .where(ShareDeal.text_id.in_([text.id for text in texts]), ShareDeal.dealt_at >= since)
        .group_by(ShareDeal.text_id)
    )
    found = {row.text_id: (row.dealt, row.shared, row.bringers, row.brought) for row in rows}
    return [Outcome(text, *found.get(text.id, (0, 0, 0, 0))) for text in texts]


def _brought_by(signature_id):
    # Whoever withdraws and comes back by their own link has brought nobody.
    return (
        BROUGHT,
        _signature.brought_by == signature_id,
        _signature.number.is_not(None),
        _signature.id != signature_id,
    )
