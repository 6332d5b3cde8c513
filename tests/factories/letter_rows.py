"""Create letters to test with. All people are invented."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from campaign.actions.letters.models import Letter, LetterBatch, LetterSettings
from campaign.causes.models import Cause
from campaign.extensions import db, write
from campaign.petitions.models import PetitionVersion
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.targets import make_target, some_organisation_id

BODY = "Dear Senator Vela,\n\nMy brother did not come home.\n\nAmalia Rosales"
WRITER = {"given_name": "Amalia", "family_name": "Rosales"}
QUESTION = {"name": "answer_1", "type": "prompt", "labels": {"en": "What does it mean to you?"}}
ROWS = 500


def make_letter_action(slug="letter", *, settings=None, cause_id=None, **columns):
    """Create and commit an open action whose letters we send, by default in the only cause."""
    cause_id = cause_id or db.session.scalar(select(Cause.id)) or make_cause().id
    petition = make_petition(
        slug, cause_id=cause_id, action_kind="letter", questions=[QUESTION], **columns
    )
    values = {"delivery_method": "individual", **(settings or {})}
    write(lambda: db.session.add(LetterSettings(petition_id=petition.id, **values)))
    return petition


def make_targets(petition, count, *, time_zone="UTC", domain=None, **columns):
    """Create targets of the action's organisation, each with one address at its own domain."""
    return [
        make_target(
            some_organisation_id(),
            [f"target{number}@{domain or f'office{number}.example'}"],
            time_zone=time_zone,
            external_id=f"{petition.slug}-{number}",
            **columns,
        )
        for number in range(count)
    ]


def make_letters(petition, profile, count, *, created_at=None, writer=WRITER, **columns):
    """Create letters to a target that wait, each of another writer. Return their ids in order."""
    created_at = created_at or utcnow()
    return write(_insert, petition, profile, count, created_at, writer, columns)


def _insert(petition, profile, count, created_at, writer, columns):
    many = db.session.scalar(select(func.count(Letter.id))) or 0
    version_id = db.session.scalar(
        select(PetitionVersion.id).where(PetitionVersion.petition_id == petition.id)
    )
    ids = []
    for start in range(many, many + count, ROWS):
        numbers = range(start, min(start + ROWS, many + count))
        emails = [f"writer{number}@rosales.example" for number in numbers]
        signature_ids = db.session.scalars(
            insert(Signature).returning(Signature.id, sort_by_parameter_order=True),
            [
                {
                    "petition_id": petition.id,
                    "cause_id": petition.cause_id,
                    "version_id": version_id,
                    "state": "counted",
                    "number": start + place + 1,
                    "hatched_at": created_at,
                    "lang": "en",
                    "email": email,
                    "email_digest": tokens.email_digest(email),
                    "country": "CA",
                    "postal_code": "M5V 2T6",
                    "answers": {"answer_1": "My brother did not come home."},
                    "created_at": created_at,
                    **writer,
                }
                for place, email in enumerate(emails)
            ],
        ).all()
        ids += db.session.scalars(
            insert(Letter).returning(Letter.id, sort_by_parameter_order=True),
            [
                {
                    "signature_id": signature_id,
                    "petition_id": petition.id,
                    "profile_id": profile.id,
                    "delivery_method": "individual",
                    "lang": "en",
                    "target_name": "Senator Elena Vela",
                    "subject": "Find my brother",
                    "body": BODY,
                    "created_at": created_at + timedelta(microseconds=start + place),
                    **columns,
                }
                for place, signature_id in enumerate(signature_ids)
            ],
        ).all()
    return ids


def letter_row(letter_id):
    """Return the letter as it is in the database now."""
    db.session.rollback()
    return db.session.get(Letter, letter_id, populate_existing=True)


def letter_states(ids=None):
    """Return the states of these letters, or of all, in the order of their ids."""
    db.session.rollback()
    query = select(Letter.state).order_by(Letter.id)
    return db.session.scalars(query if ids is None else query.where(Letter.id.in_(ids))).all()


def batches():
    """Return all emails of gathered letters, the oldest first."""
    db.session.rollback()
    query = select(LetterBatch).order_by(LetterBatch.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def at(text):
    """Return an instant from an ISO text with an offset."""
    return datetime.fromisoformat(text)
