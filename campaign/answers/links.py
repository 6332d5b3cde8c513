"""Links through which a target answers: create one, end it, and write the answer through it.

The token in a link is bound to its petition and target. Whether it works is decided by the row.
"""

from datetime import date, datetime

from campaign.answers.models import Answer, AnswerLink
from campaign.answers.operations import AnswerContent, create_answer
from campaign.answers.queries import link_by_id
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.petitions.models import Target
from campaign.security.dated_tokens import (
    has_ended,
    make_dated_token,
    read_dated_token,
    without_day,
)
from campaign.security.secret_key import secret_key
from campaign.security.tokens import claimed_number

PURPOSE = "answer"
# How long a new link works, in days.
DEFAULT_DAYS, MAX_DAYS = 30, 180


class LinkEnded(CampaignError):
    """The link was used, ended by an organizer, or its last day is over."""

    status = 410


class UnknownTarget(CampaignError):
    """The petition has no such target."""

    status = 409


def create_link(
    *, petition_id: int, target_id: int, lang: str, last_day: date, now: datetime
) -> AnswerLink:
    """Create a link for a target of a petition, and return it. Raise UnknownTarget."""
    target = db.session.get(Target, target_id)
    if target is None or target.petition_id != petition_id:
        raise UnknownTarget(target_id)
    link = AnswerLink(
        petition_id=petition_id,
        target_id=target_id,
        lang=lang,
        last_day=last_day,
        created_at=now,
    )
    db.session.add(link)
    db.session.flush()
    return link


def revoke_link(*, link_id: int, now: datetime) -> AnswerLink:
    """End a link, so that it opens nothing any longer, and return it."""
    link = load_for_update(AnswerLink, link_id)
    if link.revoked_at is None and link.answered_at is None:
        link.revoked_at = now
        note_ended("answer_link.revoked", link.id, link.created_at)
        db.session.flush()
    return link


def answer_through_link(*, link_id: int, content: AnswerContent, now: datetime) -> Answer:
    """Create the answer of a target, which waits for an organizer, and use up its link.

    Raise LinkEnded.
    """
    link = load_for_update(AnswerLink, link_id)
    if state_of_link(link) != "open":
        raise LinkEnded(link_id)
    answer = create_answer(
        petition_id=link.petition_id, content=content, now=now, written_by_target=True
    )
    link.answered_at, link.answer_id = now, answer.id
    db.session.flush()
    return answer


def state_of_link(link: AnswerLink) -> str:
    """Return `open`, `answered`, `revoked` or `expired`."""
    if link.answered_at is not None:
        return "answered"
    if link.revoked_at is not None:
        return "revoked"
    return "expired" if has_ended(token_for(link)) else "open"


def token_for(link: AnswerLink) -> str:
    """Return the token in the address of a link."""
    return make_dated_token(secret_key(), PURPOSE, link.id, link.last_day, _seal(link))


def link_of_token(token: str) -> AnswerLink | None:
    """Return the link that a token opens, even one that has ended, or None."""
    number = claimed_number(without_day(token))
    link = link_by_id(number) if number is not None else None
    if link is None or read_dated_token(secret_key(), PURPOSE, token, _seal(link)) != link.id:
        return None
    return link


def _seal(link: AnswerLink) -> bytes:
    # After a backup is restored, a new link may get the id of a lost one.
    return f"{link.petition_id}:{link.target_id}:{link.created_at.isoformat()}".encode()
