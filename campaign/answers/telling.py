"""Tell people about an answer: begin, pause, resume and stop, and how far it is."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import TextClause, func, select

from campaign.accounts.audit import Actor
from campaign.answers.models import Answer
from campaign.answers.telling_models import AnswerReceipt, Telling
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.mail.models import HAS_FAILED, IS_QUEUED, OutboxMessage
from campaign.organisations.test_emails import enqueue_test

JOB = "answer_telling"
EMAIL = "answer_published"
TEST = "answer_test"


class ToldAlready(CampaignError):
    """People were told about this answer already, or are being told. Nobody is told twice."""

    status = 409


class TellingOver(CampaignError):
    """The emails about the answer are stopped or done."""

    status = 409


class AnswerNotPublished(CampaignError):
    """The answer is not public, so nobody can be told about it."""

    status = 409


def begin_telling(*, answer_id: int, people: int, now: datetime) -> Telling:
    """Begin to tell everyone who asked. `people` is how many the organizer was shown.

    Raise ToldAlready and AnswerNotPublished.
    """
    answer = load_for_update(Answer, answer_id)
    if answer.state != "published":
        raise AnswerNotPublished(str(answer_id))
    if telling_of(answer_id):
        raise ToldAlready(str(answer_id))
    telling = Telling(answer_id=answer_id, state="sending", people=people, starts_at=now)
    db.session.add(telling)
    db.session.flush()
    # A restored backup does not know whom we told since, so it must not begin or continue.
    note_ended("answer.told", answer.id, answer.created_at)
    enqueue_job(JOB, telling.id)
    return telling


def send_test(*, actor: Actor, answer_id: int, organizer_id: int, lang: str) -> None:
    """Enqueue a test email about the answer in `lang` to one organizer."""
    answer = load_for_update(Answer, answer_id)
    enqueue_test(
        actor,
        "mail.test",
        kind=TEST,
        subject=("answer", answer_id),
        cause_id=answer.cause_id,
        organizer_id=organizer_id,
        lang=lang,
    )


def pause_telling(*, telling_id: int) -> Telling:
    """Enqueue no more emails until it is resumed. Raise TellingOver.

    The few that are queued already are still sent.
    """
    return _change_state(telling_id, ("sending",), "paused")


def resume_telling(*, telling_id: int) -> Telling:
    """Continue where it paused. Raise TellingOver and AnswerNotPublished."""
    telling = load_for_update(Telling, telling_id)
    answer = load_for_update(Answer, telling.answer_id)
    if answer.state != "published":
        raise AnswerNotPublished(str(answer.id))
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


def stop_restored(*, answer_id: int, now: datetime) -> bool:
    """End telling about an answer after a restore; return whether that changed anything.

    Since the backup, people were told whom it does not know. Nobody is told twice.
    """
    telling = telling_of(answer_id)
    if telling is None:
        telling = Telling(answer_id=answer_id, people=0, starts_at=now)
        db.session.add(telling)
    elif telling.is_over:
        return False
    telling.state, telling.finished_at = "stopped", now
    db.session.flush()
    return True


def telling_of(answer_id: int) -> Telling | None:
    """Return the Telling of an answer, or None."""
    return db.session.scalar(
        select(Telling)
        .where(Telling.answer_id == answer_id)
        .execution_options(populate_existing=True)
    )


def tellings_among(answer_ids: Iterable[int]) -> dict[int, Telling]:
    """Return {answer id: its Telling} for those that have one."""
    rows = db.session.scalars(select(Telling).where(Telling.answer_id.in_(list(answer_ids))))
    return {row.answer_id: row for row in rows}


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


def _count(telling: Telling, indexed: TextClause, states: Collection[str]) -> int:
    of_telling = select(AnswerReceipt.id).where(
        AnswerReceipt.id == OutboxMessage.subject_id, AnswerReceipt.telling_id == telling.id
    )
    return db.session.scalars(
        select(func.count()).where(
            indexed,
            OutboxMessage.kind == EMAIL,
            OutboxMessage.state.in_(states),
            of_telling.exists(),
        )
    ).one()


def _change_state(telling_id: int, before: Collection[str], after: str) -> Telling:
    telling = load_for_update(Telling, telling_id)
    if telling.state in before:
        telling.state = after
        db.session.flush()
    elif telling.state != after:
        raise TellingOver(f"telling is {telling.state}")
    return telling
