"""Many confirmed signatures of invented people, for demonstrations and benches."""

from datetime import timedelta
from itertools import islice

from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.signatures import tokens
from campaign.signatures.invention import invent
from campaign.signatures.models import Signature

BATCH = 2000
MAX_AGE = timedelta(days=45)


def invented_rows(petition, version_id, n, *, seed, now):
    """Yield lists of up to BATCH rows, ready for `add_rows`: confirmed signatures spread over the petition's time."""
    span = min(MAX_AGE, max(timedelta(hours=1), now - (petition.opens_at or petition.created_at)))
    signers = invent(n, seed=seed, petition_required=petition.required_fields, span=span)
    while batch := list(islice(signers, BATCH)):
        yield [_row(petition, version_id, signer, now) for signer in batch]


def add_rows(rows):
    """Insert the rows; a signer whom the petition has already is left out. Returns how many were added."""
    statement = insert(Signature.__table__).on_conflict_do_nothing()
    return db.session.execute(
        statement, rows, execution_options={"preserve_rowcount": True}
    ).rowcount


def _row(petition, version_id, signer, now):
    signed_at = now - timedelta(seconds=signer.age_seconds)
    words = signer._asdict()
    del words["age_seconds"]
    return {
        **words,
        "petition_id": petition.id,
        "cause_id": petition.cause_id,
        "version_id": version_id,
        "state": "confirmed",
        "evidence": "email",
        "email_digest": tokens.email_digest(signer.email),
        "person_digest": tokens.person_digest(
            signer.given_name, signer.family_name, signer.postal_code
        ),
        # Invented words need no review.
        "comment_shown": bool(signer.comment),
        "created_at": signed_at,
        "mailed_at": signed_at,
        "confirmed_at": signed_at,
    }
