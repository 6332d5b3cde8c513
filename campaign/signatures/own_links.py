"""Email the link to "What I signed", or to one's news, to people who enter their address.

Everyone gets the same answer, and the same rows are written for everyone. The worker finds out
later whether there is anything to send.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from campaign.extensions import db
from campaign.mail.operations import enqueue
from campaign.signatures import tokens
from campaign.signatures.models import OwnLinkRequest, Signature
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import subscriptions_of_digest

OWN_LINK = "own_link"
# Enough for someone who deletes the first email and mistypes the second. Others who enter that
# address can use up its links, so the limit lasts a day, not a week.
MAX_LINKS_PER_ADDRESS_PER_DAY = 3
DAY = timedelta(days=1)


def request_own_link(*, email: str, normalized: str, lang: str, now: datetime) -> None:
    """Queue the email with the link for this address.

    It is queued whether or not anything was signed with the address or news goes to it. `email` is
    the address as it was entered, `normalized` the one to compare.
    """
    request = OwnLinkRequest(
        email_digest=tokens.email_digest(normalized),
        exact_digest=tokens.exact_digest(email),
        created_at=now,
    )
    db.session.add(request)
    db.session.flush()
    enqueue(kind=OWN_LINK, subject_id=request.id, lang=lang)


def answer_to(request_id: int) -> Signature | Subscription | None:
    """Return the row whose page the link opens, or None.

    That is the newest signature or, without any, the oldest subscription to news. It has exactly
    the address of this request. None if there is neither, or after too many requests.
    """
    request = db.session.get(OwnLinkRequest, request_id)
    if request is None or _requests_before(request) >= MAX_LINKS_PER_ADDRESS_PER_DAY:
        return None
    signatures = db.session.scalars(
        select(Signature)
        .where(Signature.email_digest == request.email_digest)
        .order_by(Signature.id.desc())
    ).all()
    # The page of a signature links to the news of its address.
    rows = (*signatures, *(row for row, _cause in subscriptions_of_digest(request.email_digest)))
    return next(
        (
            row
            for row in rows
            if row.email and tokens.exact_digest(row.email) == request.exact_digest
        ),
        None,
    )


def forget_link_requests(*, now: datetime) -> int:
    """Delete the requests that are older than a day; return how many."""
    return db.session.execute(
        delete(OwnLinkRequest).where(OwnLinkRequest.created_at <= now - DAY)
    ).rowcount


def _requests_before(request):
    here = OwnLinkRequest
    earlier = (
        here.email_digest == request.email_digest,
        here.id < request.id,
        here.created_at > request.created_at - DAY,
    )
    return db.session.scalar(select(func.count()).where(*earlier))
