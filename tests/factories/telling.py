"""Create people who ask to be told of answers, to test with."""

from datetime import timedelta

from campaign.answers import telling as operations
from campaign.answers.recipients import people_by_language
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import Signature

EARLIER = timedelta(days=2)


def address(number):
    """Return the email address of one of the people of `ask_many`."""
    return f"asker{number}@rosales.example"


def ask_many(petition, count, *, lang="en", now=None, first=0, state="counted"):
    """Let `count` people sign, confirmed, and ask to be told of answers; return their ids."""
    now = now or utcnow() - EARLIER
    hatched_at = {"hatched_at": now} if state == "counted" else {}
    version_id = petition.current_version.id

    def add():
        rows = [
            Signature(
                petition_id=petition.id,
                cause_id=petition.cause_id,
                version_id=version_id,
                state=state,
                lang=lang,
                given_name=f"Asker {number}",
                email=address(number),
                email_digest=tokens.email_digest(address(number)),
                person_digest=tokens.person_digest(f"Asker {number}", "", ""),
                tell_answer=True,
                created_at=now,
                confirmed_at=now,
                **hatched_at,
            )
            for number in range(first, first + count)
        ]
        db.session.add_all(rows)
        db.session.flush()
        return [row.id for row in rows]

    return write(add)


def begin(answer, *, now=None):
    """Begin to tell everyone who asked about an answer, as an organizer does."""
    now = now or utcnow()
    people = sum(people_by_language(answer.petition_id, now=now).values())
    return write(operations.begin_telling, answer_id=answer.id, people=people, now=now)


def telling_now(answer):
    """Return the telling of an answer as it is now."""
    db.session.rollback()
    return operations.telling_of(answer.id)
