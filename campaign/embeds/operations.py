"""Change which sites may embed a petition."""

from collections.abc import Iterable

from campaign.db.versioned import check_part
from campaign.embeds.models import Embedding
from campaign.extensions import db, load_for_update
from campaign.petitions.models import Petition


def change_embedding(
    *, petition_id: int, allowed: str, origins: Iterable[str], version: int | None = None
) -> Embedding:
    """Set who may embed the petition. `allowed` is one of ALLOWED.

    `origins` are saved even if they do not apply. `version` is that of the petition's part
    `embedding` that the form showed, None without a form. Raises EditConflict.
    """
    check_part(load_for_update(Petition, petition_id), "embedding", version)
    embedding = db.session.get(Embedding, petition_id, populate_existing=True) or Embedding(
        petition_id=petition_id
    )
    embedding.allowed, embedding.origins = allowed, list(origins)
    db.session.add(embedding)
    db.session.flush()
    return embedding


def copy_embedding(*, from_petition_id: int, to_petition_id: int) -> None:
    """Let the sites that may embed one petition embed another one too."""
    embedding = db.session.get(Embedding, from_petition_id, populate_existing=True)
    if embedding is not None:
        change_embedding(
            petition_id=to_petition_id, allowed=embedding.allowed, origins=embedding.origins
        )
