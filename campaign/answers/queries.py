"""Queries about answers, for pages, feeds, lists and tasks."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.answers.models import Answer, AnswerLink
from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.models import Delivery, Petition, PetitionVersion, Target

# Of the answers on one day, the one that was published last comes first.
NEWEST_FIRST = (Answer.day.desc(), Answer.published_at.desc(), Answer.id.desc())


def published_answers(petition_id: int) -> Sequence[Answer]:
    """Return the public answers to a petition, newest first, with their documents."""
    query = (
        select(Answer)
        .where(Answer.petition_id == petition_id, Answer.state == "published")
        .order_by(*NEWEST_FIRST)
        .options(selectinload(Answer.document))
    )
    return db.session.scalars(query).all()


def answers_by_petition(petition_ids: Collection[int]) -> dict[int, list[Answer]]:
    """Return {petition id: its public answers, newest first}, without their documents."""
    query = (
        select(Answer)
        .where(Answer.petition_id.in_(petition_ids), Answer.state == "published")
        .order_by(*NEWEST_FIRST)
    )
    by_petition: dict[int, list[Answer]] = {}
    for answer in db.session.scalars(query):
        by_petition.setdefault(answer.petition_id, []).append(answer)
    return by_petition


def answers_of(petition_id: int) -> Sequence[Answer]:
    """Return all answers to a petition in any state: those that wait first, then the newest."""
    query = (
        select(Answer)
        .where(Answer.petition_id == petition_id)
        .order_by(Answer.state != "waiting", Answer.day.desc(), Answer.id.desc())
        .options(selectinload(Answer.document))
    )
    return db.session.scalars(query).all()


def answer_by_id(answer_id: int) -> Answer | None:
    """Return an answer in any state as it is now, with its petition and document, or None."""
    query = (
        select(Answer)
        .where(Answer.id == answer_id)
        .options(*_with_petition(), selectinload(Answer.document))
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def answers_among(answer_ids: Collection[int]) -> Sequence[Answer]:
    """Return those of these answers that exist, with their petitions."""
    query = select(Answer).where(Answer.id.in_(answer_ids)).options(*_with_petition())
    return db.session.scalars(query).all()


def waiting_answers(cause_ids: Collection[int] | None) -> Sequence[Answer]:
    """Return the answers that wait for an organizer of these causes, or of all, oldest first."""
    query = (
        select(Answer)
        .join(Answer.petition)
        .where(Answer.state == "waiting", *_in_causes(cause_ids))
        .order_by(Answer.id)
        .options(*_with_petition())
    )
    return db.session.scalars(query).all()


def petitions_without_result(
    cause_ids: Collection[int] | None, now: datetime
) -> Sequence[Petition]:
    """Return the petitions of these causes, or of all, that are closed and have no result."""
    query = (
        select(Petition)
        .join(Petition.cause)
        .where(
            or_(
                Petition.state == "closed",
                and_(Petition.state == "published", Petition.closes_at <= now),
            ),
            Petition.result == "",
            Petition.archived_at.is_(None),
            Cause.state != "archived",
            *_in_causes(cause_ids),
        )
        .order_by(Petition.id)
        .options(
            joinedload(Petition.cause).selectinload(Cause.texts),
            selectinload(Petition.versions).selectinload(PetitionVersion.texts),
        )
    )
    return db.session.scalars(query).all()


def recent_answers(*, cause_id: int | None, limit: int) -> Sequence[Answer]:
    """Return the newest public answers to petitions of a public cause, or of all, for the feed."""
    query = (
        _listed(select(Answer), cause_id)
        .order_by(Answer.published_at.desc(), Answer.id.desc())
        .limit(limit)
        .options(*_with_petition(), selectinload(Answer.document))
    )
    return db.session.scalars(query).all()


def recent_results(*, cause_id: int | None, limit: int) -> Sequence[Petition]:
    """Return the petitions of one or all public causes whose results changed last, for the feed."""
    query = (
        _with_results(select(Petition), cause_id)
        .order_by(Petition.result_changed_at.desc(), Petition.id.desc())
        .limit(limit)
        .options(
            joinedload(Petition.cause).selectinload(Cause.texts),
            selectinload(Petition.versions).selectinload(PetitionVersion.texts),
        )
    )
    return db.session.scalars(query).all()


def newest_in_feed(*, cause_id: int | None) -> datetime | None:
    """Return when an answer or a result in the feed last changed or was published, or None."""
    answers = select(func.max(Answer.published_at), func.max(Answer.changed_at))
    results = select(func.max(Petition.result_changed_at))
    moments: list[datetime | None] = [
        *db.session.execute(_listed(answers, cause_id)).one(),
        db.session.scalar(_with_results(results, cause_id)),
    ]
    return max(filter(None, moments), default=None)


def first_deliveries(petition_ids: Iterable[int]) -> dict[int, date]:
    """Return {petition id: the day of its first delivery} for the petitions that were delivered."""
    rows = db.session.execute(
        select(Delivery.petition_id, func.min(Delivery.day))
        .where(Delivery.petition_id.in_(list(petition_ids)))
        .group_by(Delivery.petition_id)
    )
    return {petition_id: day for petition_id, day in rows}


def targets_by_petition(petition_ids: Collection[int]) -> dict[int, list[Target]]:
    """Return {petition id: its targets, in their order} for the petitions that have any."""
    by_petition: dict[int, list[Target]] = {}
    if petition_ids:
        query = select(Target).where(Target.petition_id.in_(petition_ids))
        for target in db.session.scalars(query.order_by(Target.position)):
            by_petition.setdefault(target.petition_id, []).append(target)
    return by_petition


def links_of(petition_id: int) -> Sequence[AnswerLink]:
    """Return the links through which targets of a petition may answer, newest first."""
    query = (
        select(AnswerLink)
        .where(AnswerLink.petition_id == petition_id)
        .order_by(AnswerLink.id.desc())
        .options(joinedload(AnswerLink.target))
    )
    return db.session.scalars(query).all()


def link_by_id(link_id: int) -> AnswerLink | None:
    """Return a link as it is now, with its target and petition, or None."""
    query = (
        select(AnswerLink)
        .where(AnswerLink.id == link_id)
        .options(joinedload(AnswerLink.target))
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def suggested_result(answers: Iterable[Answer]) -> str:
    """Return the result of RESULTS that the outcomes of public answers suggest, or "".

    Only what was done is a win. A promise is one when organizers see that it is kept.
    """
    outcomes = {answer.outcome for answer in answers if answer.state == "published"} - {""}
    if outcomes == {"done"}:
        return "won"
    return "partly_won" if outcomes & {"done", "partly"} else ""


def _listed(query: Select, cause_id: int | None) -> Select:  # type: ignore[type-arg]
    return (
        query.join(Answer.petition)
        .join(Petition.cause)
        .where(Answer.state == "published", *_is_listed(cause_id))
    )


def _with_results(query: Select, cause_id: int | None) -> Select:  # type: ignore[type-arg]
    return query.join(Petition.cause).where(
        Petition.result != "", Petition.result_changed_at.is_not(None), *_is_listed(cause_id)
    )


def _is_listed(cause_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Petition.state != "draft",
        Petition.archived_at.is_(None),
        Cause.state == "published" if cause_id is None else Cause.id == cause_id,
    )


def _in_causes(cause_ids: Collection[int] | None) -> tuple[ColumnElement[bool], ...]:
    return () if cause_ids is None else (Petition.cause_id.in_(cause_ids),)


def _with_petition() -> tuple:  # type: ignore[type-arg]
    petition = joinedload(Answer.petition)
    return (
        petition.joinedload(Petition.cause).selectinload(Cause.texts),
        petition.selectinload(Petition.versions).selectinload(PetitionVersion.texts),
        petition.selectinload(Petition.targets),
    )
