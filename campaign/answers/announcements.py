"""Announce an answer or a result to people who asked: begin, resume, and find what is missing."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Select, and_, or_, select

from campaign.accounts.audit import WORKER, Actor, record_audit_event
from campaign.answers.announcement_models import (
    AnnouncementTopic,
    AnswerAnnouncement,
    AnswerReceipt,
)
from campaign.answers.models import Answer
from campaign.answers.recipients import approved_since, next_people, someone_asks
from campaign.causes.models import Cause
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.mail.bulk.sending import BATCH_SIZE, AlreadyBegun, BatchResult, BulkSender
from campaign.organisations.email_tests import enqueue_test
from campaign.petitions.models import Petition
from campaign.switches.state import switched_off

JOB = "answer_telling"
EMAIL = "answer_published"
TEST = "answer_test"
RESULT_EMAIL = "petition_result"
RESULT_TEST = "petition_result_test"
# How long after something was published we remind organizers to tell people about it.
REMINDED_FOR = timedelta(days=30)
# How long after the last email we still tell people whose signatures are approved. It is shorter
# than receipts are kept, so that nobody gets two.
APPROVED_FOR = timedelta(days=14)


class NothingToAnnounce(CampaignError):
    """There is nothing to announce: the answer is not public, or the petition's result differs."""

    status = 409


class AnnouncementSender(BulkSender[AnswerAnnouncement]):
    """Emails people who asked to be told about answers and results."""

    model, receipts, job = AnswerAnnouncement, AnswerReceipt, JOB

    def email_kind(self, row: AnswerAnnouncement) -> str:
        return EMAIL if row.answer_id else RESULT_EMAIL

    def cause_of(self, row: AnswerAnnouncement) -> Cause:
        return row.petition.cause

    def subject_of(self, row: AnswerAnnouncement) -> tuple[str, int]:
        return audit_subject(row.topic)

    def done_action(self, row: AnswerAnnouncement) -> str:
        return "answers.told" if row.answer_id else "answers.told_result"

    def next_readers(self, row: AnswerAnnouncement) -> Select[int, str, bytes | None]:
        return next_people(row)

    def obstacle(self, row: AnswerAnnouncement, now: datetime) -> BatchResult | None:
        """Pause the announcement if the answer was withdrawn or the result was changed.

        After undoing that, an organizer decides whether to resume it.
        """
        if is_public(row.topic):
            return None
        row.state = "paused"
        db.session.flush()
        return BatchResult(0, None)

    def note_enqueued(self, row: AnswerAnnouncement, count: int) -> None:
        row.emailed += count

    def emailed(self, row: AnswerAnnouncement) -> int:
        return row.emailed

    def missing(self, row: AnswerAnnouncement) -> int:
        """Return how many people have no email yet, of those who had asked when it began."""
        return max(0, row.people - row.emailed)

    def resume(self, *, row_id: int) -> AnswerAnnouncement:
        """Continue where it paused. Raise BulkEmailOver and NothingToAnnounce."""
        _lock_public(load_for_update(AnswerAnnouncement, row_id).topic)
        return super().resume(row_id=row_id)

    def tell_approved(self, *, now: datetime) -> int:
        """Enqueue emails to people whose signatures were approved after their turn. Return a count.

        Otherwise they would miss the email only because their signature was held for review.
        """
        rows = db.session.scalars(
            select(AnswerAnnouncement)
            .where(
                or_(
                    AnswerAnnouncement.state == "sending",
                    and_(
                        AnswerAnnouncement.state == "done",
                        AnswerAnnouncement.finished_at > now - APPROVED_FOR,
                    ),
                )
            )
            .order_by(AnswerAnnouncement.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).all()
        return sum(self._tell_approved(row, now) for row in rows)

    def _tell_approved(self, row: AnswerAnnouncement, now: datetime) -> int:
        people = db.session.execute(approved_since(row).limit(BATCH_SIZE)).all()
        if (
            not people
            or not is_public(row.topic)
            or switched_off("mailings", self.cause_of(row).organisation_id)
        ):
            return 0
        count = self.enqueue_once(row, people, now)
        # These people had asked when it began, but could not be counted.
        row.people += count
        self.note_enqueued(row, count)
        db.session.flush()
        return count


announcement_sender = AnnouncementSender(record_audit_event=partial(record_audit_event, WORKER))


def begin_announcement(
    *, topic: AnnouncementTopic, people: int, now: datetime
) -> AnswerAnnouncement:
    """Begin to email everyone who asked. `people` is how many the organizer was shown.

    Raise AlreadyBegun and NothingToAnnounce.
    """
    about = _lock_public(topic)
    if announcement_of(topic):
        raise AlreadyBegun(str(topic))
    announcement = AnswerAnnouncement(
        **topic._asdict(), state="sending", people=people, starts_at=now
    )
    db.session.add(announcement)
    db.session.flush()
    # A restored backup does not know whom we emailed since, so it must not begin or continue.
    if isinstance(about, Answer):
        note_ended("answer.told", about.id, about.created_at)
    else:
        note_ended(f"petition.told_{about.result}", about.id, about.created_at)
    enqueue_job(JOB, announcement.id)
    return announcement


def send_test(*, actor: Actor, topic: AnnouncementTopic, organizer_id: int, lang: str) -> None:
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


def stop_restored(*, topic: AnnouncementTopic, now: datetime) -> bool:
    """End an announcement after a restore. Return whether that changed anything.

    The backup does not know who got an email after it was made, and nobody must get two.
    """
    announcement = announcement_of(topic)
    if announcement is None:
        announcement = AnswerAnnouncement(**topic._asdict(), people=0, starts_at=now)
        db.session.add(announcement)
    elif announcement.is_over:
        return False
    announcement_sender.end(announcement, "stopped", now=now)
    return True


def announcement_of(topic: AnnouncementTopic) -> AnswerAnnouncement | None:
    """Return the announcement of an answer or a result, or None."""
    return db.session.scalar(
        select(AnswerAnnouncement)
        .where(
            AnswerAnnouncement.answer_id == topic.answer_id
            if topic.answer_id
            else and_(
                AnswerAnnouncement.petition_id == topic.petition_id,
                AnswerAnnouncement.answer_id.is_(None),
                AnswerAnnouncement.result == topic.result,
            )
        )
        .execution_options(populate_existing=True)
    )


def result_announcements(petition_id: int) -> Sequence[AnswerAnnouncement]:
    """Return the announcements of results of a petition, the newest first."""
    return db.session.scalars(
        select(AnswerAnnouncement)
        .where(
            AnswerAnnouncement.petition_id == petition_id, AnswerAnnouncement.answer_id.is_(None)
        )
        .order_by(AnswerAnnouncement.id.desc())
    ).all()


def unannounced(
    cause_ids: Collection[int] | None, *, now: datetime
) -> list[tuple[Petition, Answer | None]]:
    """Return answers and results that people asked to hear about, but that are not announced.

    They are of these causes, or of all. Each is a pair of a petition and its answer. None in place
    of the answer means the result. What was published longer ago than REMINDED_FOR is left out.
    """
    since = now - REMINDED_FOR
    in_causes = () if cause_ids is None else (Petition.cause_id.in_(cause_ids),)
    asked = (Petition.archived_at.is_(None), *in_causes, someone_asks(Petition.id, now=now))
    begun = select(AnswerAnnouncement.id)
    answers = db.session.scalars(
        select(Answer)
        .join(Answer.petition)
        .where(
            Answer.state == "published",
            Answer.published_at > since,
            ~begun.where(AnswerAnnouncement.answer_id == Answer.id).exists(),
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
                AnswerAnnouncement.petition_id == Petition.id,
                AnswerAnnouncement.result == Petition.result,
            ).exists(),
            *asked,
        )
        .order_by(Petition.result_on, Petition.id)
    ).all()
    return [*((answer.petition, answer) for answer in answers), *((row, None) for row in results)]


def paused_announcements(cause_ids: Collection[int] | None) -> Sequence[AnswerAnnouncement]:
    """Return the announcements of these causes, or of all, that someone must resume or stop."""
    in_causes = () if cause_ids is None else (Petition.cause_id.in_(cause_ids),)
    return db.session.scalars(
        select(AnswerAnnouncement)
        .join(AnswerAnnouncement.petition)
        .where(AnswerAnnouncement.state == "paused", *in_causes)
        .order_by(AnswerAnnouncement.id)
    ).all()


def is_public(topic: AnnouncementTopic) -> bool:
    """Return whether the answer is published now, or the petition has this result."""
    if topic.answer_id:
        answer = db.session.get_one(Answer, topic.answer_id, populate_existing=True)
        return answer.state == "published"
    petition = db.session.get_one(Petition, topic.petition_id, populate_existing=True)
    return bool(topic.result) and petition.result == topic.result


def audit_subject(topic: AnnouncementTopic) -> tuple[str, int]:
    """Return what the activity log names: the answer, or the petition with the result."""
    return ("answer", topic.answer_id) if topic.answer_id else ("petition", topic.petition_id)


def _lock_public(topic: AnnouncementTopic) -> Answer | Petition:
    """Return the locked row that is announced. Raise NothingToAnnounce."""
    about = (
        load_for_update(Answer, topic.answer_id)
        if topic.answer_id
        else load_for_update(Petition, topic.petition_id)
    )
    if not is_public(topic):
        raise NothingToAnnounce(str(topic))
    return about
