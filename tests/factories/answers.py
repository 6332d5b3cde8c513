"""Create answers to petitions to test with."""

import io
from datetime import date, timedelta

from campaign.answers.links import create_link, token_for
from campaign.answers.operations import AnswerContent, create_answer, publish_answer
from campaign.extensions import write
from campaign.petitions.deliveries import record_delivery
from campaign.process.clock import utcnow

DAY = date(2026, 5, 4)
TEXTS = {"en": "We will *publish* the list."}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def content_of(petition, **changed):
    """Return the AnswerContent of an answer of the petition's first target."""
    targets = petition.targets
    given = {
        "target_id": targets[0].id if targets else None,
        "answered_by": "" if targets else "The office",
        "day": DAY,
        "outcome": "promised",
        "original_lang": "en",
        "texts": TEXTS,
    }
    return AnswerContent(**(given | changed))


def make_answer(petition, *, state="published", written_by_target=False, **changed):
    """Create an answer, committed: a draft, one that waits (by the target), or a published one."""
    now = utcnow()
    answer = write(
        create_answer,
        petition_id=petition.id,
        content=content_of(petition, **changed),
        now=now,
        written_by_target=written_by_target or state == "waiting",
    )
    if state == "published":
        answer = write(publish_answer, answer_id=answer.id, now=now)
    return answer


def make_answer_link(petition, *, lang="en", days=30):
    """Create a link for the petition's first target, committed, and return (link, token)."""
    now = utcnow()
    link = write(
        create_link,
        petition_id=petition.id,
        target_id=petition.targets[0].id,
        lang=lang,
        last_day=now.date() + timedelta(days=days),
        now=now,
    )
    return link, token_for(link)


def deliver(petition, day=DAY):
    """Record that the signatures of a petition were delivered, committed."""
    return write(
        record_delivery,
        petition_id=petition.id,
        day=day,
        received_by="The office",
        signatures=12,
        note="",
    )


def with_files(typed):
    """Return form data for a test client, with each pair (bytes, file name) as a new file."""
    return {
        name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for name, value in typed.items()
    }
