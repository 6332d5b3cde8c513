"""What organizers do with an answer: enter it, publish it, withdraw it, and undo that.

Functions take the `version` of the answer that the page showed, None without a page. They raise
EditConflict if another editor changed it since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from campaign.answers.documents import NewDocument, set_document
from campaign.answers.models import Answer
from campaign.db.versioned import check_version
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.petitions.models import Target
from campaign.process.clock import utcnow

# From these states an answer can be published.
PUBLISHABLE_FROM = ("draft", "waiting", "withdrawn")


class AnswerNotReady(CampaignError):
    """The answer lacks something that readers need. `faults` are `text` and `by`."""

    status = 409

    def __init__(self, faults: list[str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


class WrongState(CampaignError):
    """The answer is in a state in which this cannot be done, such as rejected."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class AnswerContent:
    """What an answer says. See Answer for the fields.

    `document` replaces the document. Without one, the present document stays, unless
    `removes_document`.
    """

    target_id: int | None
    answered_by: str
    day: date
    outcome: str
    original_lang: str
    texts: Mapping[str, str] = field(default_factory=dict)
    document: NewDocument | None = None
    removes_document: bool = False


def create_answer(
    *, petition_id: int, content: AnswerContent, now: datetime, written_by_target: bool = False
) -> Answer:
    """Create an answer and return it: an organizer's draft, or one by the target that waits.

    A button pressed twice makes one draft.
    """
    if not written_by_target and (draft := _same_draft(petition_id, content)):
        return draft
    answer = Answer(
        petition_id=petition_id,
        state="waiting" if written_by_target else "draft",
        written_by_target=written_by_target,
        created_at=now,
    )
    _fill(answer, content)
    db.session.add(answer)
    db.session.flush()
    return answer


def change_answer(*, answer_id: int, version: int | None, content: AnswerContent) -> Answer:
    """Change an answer and return it.

    What a target wrote itself stays as it was written: its text in the original language and its
    document. Organizers add translations. Raise EditConflict, and AnswerNotReady if a published
    answer would lack something.
    """
    answer = load_for_update(Answer, answer_id)
    check_version(answer, version)
    # Otherwise a query would write the changes, and hide whether there are any.
    with db.session.no_autoflush:
        _fill(answer, content)
    if answer.state == "published":
        _demand_ready(answer)
    if db.session.is_modified(answer) or content.document or content.removes_document:
        answer.changed_at = utcnow()
    db.session.flush()
    return answer


def publish_answer(*, answer_id: int, now: datetime, version: int | None = None) -> Answer:
    """Show an answer to everyone, and return it. One that was withdrawn keeps its first time.

    Raise AnswerNotReady, WrongState and EditConflict.
    """
    answer = load_for_update(Answer, answer_id)
    if answer.state == "published":
        return answer
    if answer.state not in PUBLISHABLE_FROM:
        raise WrongState(f"answer {answer_id} is {answer.state}")
    check_version(answer, version)
    _demand_ready(answer)
    if answer.state == "withdrawn":
        note_ended("answer.returned", answer.id, answer.created_at)
    answer.state, answer.withdrawn_at = "published", None
    answer.published_at = answer.published_at or now
    db.session.flush()
    return answer


def withdraw_answer(*, answer_id: int, now: datetime, version: int | None = None) -> Answer:
    """Hide a published answer everywhere, and return it. Emails about it cannot be taken back.

    `publish_answer` undoes it. Raise WrongState and EditConflict.
    """
    answer = load_for_update(Answer, answer_id)
    if answer.state == "withdrawn":
        return answer
    if answer.state != "published":
        raise WrongState(f"answer {answer_id} is {answer.state}")
    check_version(answer, version)
    answer.state, answer.withdrawn_at = "withdrawn", now
    note_ended("answer.withdrawn", answer.id, answer.created_at)
    db.session.flush()
    return answer


def reject_answer(*, answer_id: int, version: int | None = None) -> Answer:
    """Reject an answer that waits, and return it. Raise WrongState and EditConflict."""
    return _move(answer_id, version, "waiting", "rejected")


def reconsider_answer(*, answer_id: int, version: int | None = None) -> Answer:
    """Let a rejected answer wait again, and return it. Raise WrongState and EditConflict."""
    return _move(answer_id, version, "rejected", "waiting")


def delete_draft(*, answer_id: int, version: int | None = None) -> int | None:
    """Delete an organizer's draft and return its id. Return None if it is gone already.

    Raise WrongState if it is no draft, and EditConflict.
    """
    answer = db.session.get(Answer, answer_id, populate_existing=True)
    if answer is None:
        return None
    answer = load_for_update(Answer, answer_id)
    if answer.state != "draft":
        raise WrongState(f"answer {answer_id} is {answer.state}")
    check_version(answer, version)
    db.session.delete(answer)
    db.session.flush()
    return answer_id


def faults_of(answer: Answer) -> list[str]:
    """Return what keeps an answer from being published: `by` and `text`."""
    faults = [] if answer.answered_by or answer.target_names else ["by"]
    return faults if answer.texts.get(answer.original_lang) else [*faults, "text"]


def _same_draft(petition_id: int, content: AnswerContent) -> Answer | None:
    """Return a draft of the petition that says the same, or None."""
    drafts = db.session.scalars(
        select(Answer).where(
            Answer.petition_id == petition_id,
            Answer.state == "draft",
            Answer.day == content.day,
            Answer.answered_by == content.answered_by,
        )
    )
    texts = {lang: text for lang, text in content.texts.items() if text}
    return next((draft for draft in drafts if draft.texts == texts), None)


def _move(answer_id: int, version: int | None, old: str, new: str) -> Answer:
    answer = load_for_update(Answer, answer_id)
    if answer.state == new:
        return answer
    if answer.state != old:
        raise WrongState(f"answer {answer_id} is {answer.state}")
    check_version(answer, version)
    answer.state = new
    db.session.flush()
    return answer


def _fill(answer: Answer, content: AnswerContent) -> None:
    texts = {lang: text for lang, text in content.texts.items() if text}
    is_own = answer.written_by_target and bool(answer.texts)
    if is_own:
        # Nobody changes what a target said in its own language.
        texts[answer.original_lang] = answer.texts[answer.original_lang]
    else:
        answer.original_lang = content.original_lang
        if content.document or content.removes_document:
            set_document(answer, content.document)
    answer.texts = texts
    answer.answered_by, answer.day = content.answered_by, content.day
    answer.outcome = content.outcome
    _set_target(answer, content.target_id)


def _set_target(answer: Answer, target_id: int | None) -> None:
    """Set the target, if the petition has it, and note its names."""
    target = db.session.get(Target, target_id) if target_id is not None else None
    if target is not None and target.petition_id == answer.petition_id:
        answer.target_id, answer.target_names = target.id, dict(target.names)
    elif target_id is not None or answer.target_id is not None:
        answer.target_id, answer.target_names = None, {}


def _demand_ready(answer: Answer) -> None:
    if faults := faults_of(answer):
        raise AnswerNotReady(faults)
