"""Export subscribers with their consents, in batches."""

from collections.abc import Generator, Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from campaign.causes.models import Cause
from campaign.db.functions import iso_instant
from campaign.exports.formats import DOWNLOADS, FORMATS, FilePiece
from campaign.extensions import db
from campaign.notices.models import NOT_RECORDED, Consent, ConsentText, Notice
from campaign.organisations.models import Organisation
from campaign.subscriptions.consents import SUBJECT
from campaign.subscriptions.models import Subscription

BATCH_SIZE = 5000
ALL_CAUSES = "all"
# Name of the column → (kind, SQL), as in `columns`. An import knows these names.
COLUMNS = {
    "email": ("text", Subscription.email),
    "lang": ("code", Subscription.lang),
    "state": ("code", Subscription.state),
    "organisation": ("code", Organisation.slug),
    "cause": ("code", case((Subscription.cause_id.is_(None), ALL_CAUSES), else_=Cause.slug)),
    "frequency": ("code", Subscription.frequency),
    "consent_at": ("code", iso_instant(Consent.given_at)),
    "source": ("code", Subscription.source),
    "evidence": ("text", Subscription.evidence),
    "consent_version": ("text", ConsentText.version),
    "consent_text": ("text", ConsentText.text),
    "notice": ("text", case((Notice.id != NOT_RECORDED, Notice.digest), else_="")),
}
# The consent that a subscription rests on now is the newest of its consents.
_LAST_CONSENT = (
    select(func.max(Consent.id))
    .where(Consent.subject_kind == SUBJECT, Consent.subject_id == Subscription.id)
    .correlate(Subscription)
    .scalar_subquery()
)
_organisation_id = func.coalesce(Subscription.organisation_id, Cause.organisation_id)
STATES = {"active": ("active",), "all": ("active", "pending", "ended")}


def pieces_of_subscribers(
    file_format: Any,
    *,
    cause_id: int | None = None,
    organisation_id: int | None = None,
    state: str = "active",
) -> Generator[FilePiece, None, None]:
    """Yield the FilePieces of a file in a format of `subscriber_format`.

    It holds the subscribers of a cause, or of an organisation, to one or all of its causes; or, if
    neither is given, of the site. Ended subscriptions whose address was erased are left out.
    """
    yield FilePiece(file_format.begin(), 0)
    sources = [source for _kind, source in COLUMNS.values()]
    query = (
        select(Subscription.id, *sources)
        .outerjoin(Cause, Cause.id == Subscription.cause_id)
        .join(Organisation, Organisation.id == _organisation_id)
        .join(Notice, Notice.id == Subscription.notice_id)
        .outerjoin(Consent, Consent.id == _LAST_CONSENT)
        .outerjoin(ConsentText, ConsentText.id == Consent.text_id)
        .where(*_conditions(cause_id, organisation_id, state))
        .order_by(Subscription.id)
        .limit(BATCH_SIZE)
    )
    after, done = 0, 0
    while rows := db.session.execute(query.where(Subscription.id > after)).all():
        after = rows[-1].id
        # Release the database connection while the bytes are sent.
        db.session.rollback()
        _ids, *columns = zip(*rows, strict=True)
        done += len(rows)
        yield FilePiece(file_format.add(columns), done)
    yield FilePiece(file_format.end(), done)


def subscriber_format(kind: str, *, for_people: bool) -> Any:
    """Return the format "csv" or "jsonl" of a file of subscribers."""
    formats = DOWNLOADS if for_people else FORMATS
    return formats[kind](tuple(COLUMNS), [kind for kind, _source in COLUMNS.values()])


def count_subscribers(
    *, cause_id: int | None = None, organisation_id: int | None = None, state: str = "active"
) -> int:
    """Return the number of subscribers in such a file."""
    conditions = _conditions(cause_id, organisation_id, state)
    query = select(func.count()).select_from(Subscription).where(*conditions)
    return db.session.scalar(query) or 0


def _conditions(
    cause_id: int | None, organisation_id: int | None, state: str
) -> Iterator[ColumnElement[bool]]:
    yield Subscription.email.is_not(None)
    yield Subscription.state.in_(STATES[state])
    if cause_id is not None:
        yield Subscription.cause_id == cause_id
    elif organisation_id is not None:
        of_organisation = select(Cause.id).where(Cause.organisation_id == organisation_id)
        yield or_(
            Subscription.organisation_id == organisation_id,
            Subscription.cause_id.in_(of_organisation),
        )
