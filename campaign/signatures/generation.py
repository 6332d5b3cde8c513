"""Generate many confirmed signatures of invented people, for demonstrations and benchmarks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.signatures import tokens
from campaign.signatures.invention import InventedSigner, invent
from campaign.signatures.models import Signature

BATCH = 2000
MAX_AGE = timedelta(days=45)


def invented_rows(
    petition: Petition, version_id: int, n: int, *, seed: int, now: datetime
) -> Iterator[list[dict[str, Any]]]:
    """Yield lists of up to BATCH rows for `add_rows`.

    They are confirmed signatures, spread over the time that the petition has been open.
    """
    span = min(MAX_AGE, max(timedelta(hours=1), now - (petition.opens_at or petition.created_at)))
    signers = invent(n, seed=seed, petition_required=petition.required_fields, span=span)
    while batch := list(islice(signers, BATCH)):
        yield [_row(petition, version_id, signer, now) for signer in batch]


def add_rows(rows: list[dict[str, Any]]) -> int:
    """Insert the rows without signers that the petition already has; return how many it added."""
    statement = insert(Signature.__table__).on_conflict_do_nothing()
    return db.session.execute(
        statement, rows, execution_options={"preserve_rowcount": True}
    ).rowcount


def _row(
    petition: Petition, version_id: int, signer: InventedSigner, now: datetime
) -> dict[str, Any]:
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
        # Invented comments need no review.
        "comment_shown": bool(signer.comment),
        "created_at": signed_at,
        "mailed_at": signed_at,
        "confirmed_at": signed_at,
    }
