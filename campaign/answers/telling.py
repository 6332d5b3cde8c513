"""Tell people about an answer or a result: begin, pause, resume and stop, and how far it is."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import TextClause, and_, func, select

from campaign.accounts.audit import Actor
from campaign.answers.models import Answer
from campaign.answers.recipients import someone_asks
from campaign.answers.telling_models import AnswerReceipt, Telling, Topic
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.mail.models import HAS_FAILED, IS_QUEUED, OutboxMessage
from campaign.organisations.test_emails import enqueue_test
from campaign.petitions.models import Petition

JOB = "answer_telling"
EMAIL = "answer_published"
TEST = "answer_test"
RESULT_EMAIL = "petition_result"
RESULT_TEST = "petition_result_test"
# How long after something was published we remind organizers to tell people about it.
REMINDED_FOR = timedelta(days=30)


class ToldAlready(CampaignError):
    """People were told about this already, or are being told. Nobody is told twice."""

    status = 409


class TellingOver(CampaignError):
    """The emails are stopped or done."""

    status = 409


class NothingToTell(CampaignError):
    """The answer is not public, or this is not the petition's result, so nobody is told about it."""

    status = 409


def begin_telling(*, topic: Topic, people: int, now: datetime) -> Telling:
    """Begin to tell everyone who asked. `people` is how many the organizer was shown.

    Raise ToldAlready and NothingToTell.
    """
    about = _lock_public(topic)
    if telling_of(topic):
        raise ToldAlready(str(topic))
    telling = Telling(**topic._asdict(), state="sending", people=people, starts_at=now)
    db.session.add(telling)
    db.session.flush()
    # A restored backup does not know whom we told since, so it must not begin or continue.
    if isinstance(about, Answer):
        note_ended("answer.told", about.id, about.created_at)
    else:
        note_ended(f"petition.told_{about.result}", about.id, about.created_at)
    enqueue_job(JOB, telling.id)
    return telling


def send_test(*, actor: Actor, topic: Topic, organizer_id: int, lang: str) -> None:
    """Enqueue a test email in `lang` to one organizer."""
    petition = db.session.get_one(Petition, topic.petition_id)
    enqueue_test(
        actor,
        "mail.test",
        kind=TEST if topic.answer_id else RESULT_TEST,
        subject=audit_subject(topic),
        cause_id=petition.cause_id,
        organizer_id=organizer_id,
        lang=lang,
    )


def pause_telling(*, telling_id: int) -> Telling:
    """Enqueue no more emails until it is resumed. Raise TellingOver.

    The few that are queued already are still sent.
    """
    return _change_state(telling_id, ("sending",), "paused")


def resume_telling(*, telling_id: int) -> Telling:
    """Continue where it paused. Raise TellingOver and NothingToTell."""
    telling = load_for_update(Telling, telling_id)
    _lock_public(telling.topic)
    telling = _change_state(telling_id, ("paused",), "sending")
    enqueue_job(JOB, telling.id)
    return telling


def stop_telling(*, telling_id: int, now: datetime) -> Telling:
    """End it permanently. Emails that are queued but not sent yet stay unsent.

    Raise TellingOver.
    """
    telling = _change_state(telling_id, ("sending", "paused"), "stopped")
    telling.finished_at = now
    return telling


def stop_restored(*, topic: Topic, now: datetime) -> bool:
    """End telling people about it after a restore; return whether that changed anything.

    Since the backup, people were told whom it does not know. Nobody is told twice.
    """
    telling = telling_of(topic)
    if telling is None:
        telling = Telling(**topic._asdict(), people=0, starts_at=now)
        db.session.add(telling)
    elif telling.is_over:
        return False
    telling.state, telling.finished_at = "stopped", now
    db.session.flush()
    return True


def telling_of(topic: Topic) -> Telling | None:
    """Return the Telling about an answer or a result, or None."""
    return db.session.scalar(
        select(Telling)
        .where(
            Telling.answer_id == topic.answer_id
            if topic.answer_id
            else and_(
                Telling.petition_id == topic.petition_id,
                Telling.answer_id.is_(None),
                Telling.result == topic.result,
            )
        )
        .execution_options(populate_existing=True)
    )


def result_tellings(petition_id: int) -> Sequence[Telling]:
    """Return the Tellings about results of a petition, the newest first."""
    return db.session.scalars(
        select(Telling)
        .where(Telling.petition_id == petition_id, Telling.answer_id.is_(None))
        .order_by(Telling.id.desc())
    ).all()


def untold(
    cause_ids: Collection[int] | None, *, now: datetime
) -> list[tuple[Petition, Answer | None]]:
    """Return what people asked to hear about and nobody has told them yet, in these causes or in all.

    Each is a petition with the answer to it, or with None, which means its result. What was
    published longer ago than REMINDED_FOR is left out, because it is no longer news.
    """
    since = now - REMINDED_FOR
    in_causes = () if cause_ids is None else (Petition.cause_id.in_(cause_ids),)
    asked = (Petition.archived_at.is_(None), *in_causes, someone_asks(Petition.id, now=now))
    begun = select(Telling.id)
    answers = db.session.scalars(
        select(Answer)
        .join(Answer.petition)
        .where(
            Answer.state == "published",
            Answer.published_at > since,
            ~begun.where(Telling.answer_id == Answer.id).exists(),
            *asked,
        )
        .order_by(Answer.published_at)
    ).all()
    results = db.session.scalars(
        select(Petition)
        .where(
            Petition.result != "",
            Petition.result_on > since.date(),
            ~begun.where(
                Telling.petition_id == Petition.id, Telling.result == Petition.result
            ).exists(),
            *asked,
        )
        .order_by(Petition.result_on, Petition.id)
    ).all()
    return [*((answer.petition, answer) for answer in answers), *((row, None) for row in results)]


def paused_tellings(cause_ids: Collection[int] | None) -> Sequence[Telling]:
    """Return the tellings of these causes, or of all, that someone must resume or stop."""
    in_causes = () if cause_ids is None else (Petition.cause_id.in_(cause_ids),)
    return db.session.scalars(
        select(Telling)
        .join(Telling.petition)
        .where(Telling.state == "paused", *in_causes)
        .order_by(Telling.id)
    ).all()


def is_public(topic: Topic) -> bool:
    """Return whether the answer is published now, or the petition has this result."""
    if topic.answer_id:
        answer = db.session.get_one(Answer, topic.answer_id, populate_existing=True)
        return answer.state == "published"
    petition = db.session.get_one(Petition, topic.petition_id, populate_existing=True)
    return bool(topic.result) and petition.result == topic.result


def audit_subject(topic: Topic) -> tuple[str, int]:
    """Return what the activity log names: the answer, or the petition with the result."""
    return ("answer", topic.answer_id) if topic.answer_id else ("petition", topic.petition_id)


def report(telling: Telling) -> dict[str, int]:
    """Return how many emails are `waiting`, `sent`, `failed`, `dropped` or `unreached`.

    Waiting are queued, or their turn has not come. Failed were never accepted. Dropped were not
    sent: the person had stopped them or withdrawn, the address takes no email, or it was stopped.
    Unreached are people whom a stop left without an email.
    """
    counts = telling.counts or email_counts(telling)
    missing = max(0, telling.people - telling.emailed)
    return {
        "waiting": counts["waiting"] + (0 if telling.is_over else missing),
        "sent": counts["sent"],
        "failed": counts["failed"],
        "dropped": counts["dropped"],
        "unreached": missing if telling.state == "stopped" else 0,
    }


def email_counts(telling: Telling) -> dict[str, int]:
    """Return how many emails are waiting, failed, dropped and sent, as long as they are kept.

    Only those that wait or have failed are read, which are few and indexed.
    """
    waiting = _count(telling, IS_QUEUED, ("owed",))
    failed = _count(telling, HAS_FAILED, ("failed",))
    dropped = _count(telling, HAS_FAILED, ("dropped",))
    return {
        "waiting": waiting,
        "failed": failed,
        "dropped": dropped,
        "sent": telling.emailed - waiting - failed - dropped,
    }


def email_kind(topic: Topic) -> str:
    """Return the kind of the emails in the outbox."""
    return EMAIL if topic.answer_id else RESULT_EMAIL


def _count(telling: Telling, indexed: TextClause, states: Collection[str]) -> int:
    of_telling = select(AnswerReceipt.id).where(
        AnswerReceipt.id == OutboxMessage.subject_id, AnswerReceipt.telling_id == telling.id
    )
    return db.session.scalars(
        select(func.count()).where(
            indexed,
            OutboxMessage.kind == email_kind(telling.topic),
            OutboxMessage.state.in_(states),
            of_telling.exists(),
        )
    ).one()


def _lock_public(topic: Topic) -> Answer | Petition:
    """Return the locked row that people are told about. Raise NothingToTell."""
    about = (
        load_for_update(Answer, topic.answer_id)
        if topic.answer_id
        else load_for_update(Petition, topic.petition_id)
    )
    if not is_public(topic):
        raise NothingToTell(str(topic))
    return about


def _change_state(telling_id: int, before: Collection[str], after: str) -> Telling:
    telling = load_for_update(Telling, telling_id)
    if telling.state in before:
        telling.state = after
        db.session.flush()
    elif telling.state != after:
        raise TellingOver(f"telling is {telling.state}")
    return telling
