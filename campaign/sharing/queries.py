"""What came of passing petitions on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, and_, case, cast, func, select

from campaign.extensions import db
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.sharing.models import ShareDeal, ShareText
from campaign.signatures.models import BROUGHT, Signature

# How many came by a link is told in such steps, and of those who were counted so long ago.
STEP = 5
DELAY = timedelta(days=1)
PURPOSE = "where the steps of a link begin"
_signature = Signature.__table__.c
# Whoever withdraws and comes back by their own link has brought nobody.
_is_brought = and_(BROUGHT, _signature.number.is_not(None), _signature.brought_by != _signature.id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a wording: how many supporters were handed it, pressed a way to share, and brought anybody; and how many they brought."""

    text: ShareText
    dealt: int
    shared: int
    bringers: int
    brought: int


def mark_of(texts):
    """Return what tells whether the ShareTexts of a petition are still those that an editor saw."""
    return "-".join(str(text.id) for text in texts)


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


def brought_about(signature_id, *, now):
    """Return about how many counted signatures came by the link of this one: in steps of STEP, a day late, and 0 below STEP.

    Each link's steps begin elsewhere: whoever adds signatures of their own cannot tell which one made the figure move.
    """
    many = db.session.scalar(
        select(func.count())
        .select_from(Signature)
        .where(_brought_by(signature_id), _signature.hatched_at <= now - DELAY)
    )
    offset = keyed_digest(secret_key(), PURPOSE, str(signature_id))[0] % STEP
    return max(0, many - offset) // STEP * STEP


def outcomes(texts, since: datetime):
    """Return the Outcome of each of these ShareTexts among those who were handed one from `since` on."""
    # For each deal its own look into the index of who was brought; grouping all signatures would grow with the site.
    each = (
        select(ShareDeal.text_id, ShareDeal.shared_at, func.count(_signature.id).label("many"))
        .outerjoin(Signature, _is_brought & (_signature.brought_by == ShareDeal.signature_id))
        .where(ShareDeal.text_id.in_([text.id for text in texts]), ShareDeal.dealt_at >= since)
        .group_by(ShareDeal.signature_id, ShareDeal.text_id, ShareDeal.shared_at)
        .subquery()
    )
    rows = db.session.execute(
        select(
            each.c.text_id,
            func.count().label("dealt"),
            func.count(each.c.shared_at).label("shared"),
            func.count(case((each.c.many > 0, 1))).label("bringers"),
            cast(func.sum(each.c.many), Integer).label("brought"),
        ).group_by(each.c.text_id)
    )
    found = {row.text_id: (row.dealt, row.shared, row.bringers, row.brought) for row in rows}
    return [Outcome(text, *found.get(text.id, (0, 0, 0, 0))) for text in texts]


def _brought_by(signature_id):
    return _is_brought & (_signature.brought_by == signature_id)
