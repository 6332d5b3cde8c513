"""Change which sites may embed a petition."""

from collections.abc import Iterable

from campaign.embeds.models import Embedding
from campaign.embeds.queries import embedding_of, mark_of
from campaign.extensions import db
from campaign.petitions.editing import EditConflict
from campaign.petitions.operations import petition_to_change


def change_embedding(
    *, petition_id: int, allowed: str, origins: Iterable[str], mark: str | None = None
) -> Embedding:
    """Set who may embed the petition; `allowed` is one of ALLOWED.

    `origins` are saved even if they do not apply. `mark` is the `mark_of` the embedding when the
    editor loaded the page, or None if there was no page. Raises EditConflict if it has changed.
    """
    petition_to_change(petition_id)
    embedding = db.session.get(Embedding, petition_id, populate_existing=True) or Embedding(
        petition_id=petition_id
    )
    if mark is not None and mark != mark_of(embedding_of(petition_id)):
        raise EditConflict(f"who may hold petition {petition_id}")
    embedding.allowed, embedding.origins = allowed, list(origins)
    db.session.add(embedding)
    db.session.flush()
    return embedding
