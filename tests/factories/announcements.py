"""Create people who ask to be told of answers, to test with."""

from datetime import timedelta

from campaign.answers import announcements as operations
from campaign.answers.announcement_models import AnnouncementTopic
from campaign.answers.recipients import people_by_language
from campaign.extensions import db, write
from campaign.petitions.results import change_result
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import Signature

EARLIER = timedelta(days=2)


def address(number):
    """Return the email address of one of the people of `ask_many`."""
    return f"asker{number}@rosales.example"


def ask_many(petition, count, *, lang="en", now=None, first=0, state="counted"):
    """Let `count` people sign, confirmed, and ask to be told of answers, and return their ids."""
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


def topic_of(answer):
    """Return what people are told about: this answer."""
    return AnnouncementTopic(answer.petition_id, answer.id)


def begin(answer, *, now=None):
    """Begin to tell everyone who asked about an answer, as an organizer does."""
    return begin_about(topic_of(answer), now=now)


def begin_about(topic, *, now=None):
    """Begin to tell everyone who asked, as an organizer does."""
    now = now or utcnow()
    people = sum(people_by_language(topic.petition_id, now=now).values())
    return write(operations.begin_announcement, topic=topic, people=people, now=now)


def set_result(petition, result, *, day=None):
    """Set the result of a petition, committed, and return what people can be told about."""
    day = (day or utcnow().date()) if result else None
    write(change_result, petition_id=petition.id, version=None, result=result, result_on=day)
    return AnnouncementTopic(petition.id, result=result)


def answer_announcement_now(answer):
    """Return the announcement of an answer as it is now."""
    return announcement_now(topic_of(answer))


def announcement_now(topic):
    """Return the announcement of an answer or a result as it is now."""
    db.session.rollback()
    return operations.announcement_of(topic)
