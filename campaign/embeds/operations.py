"""Setting who may hold a petition in a page of theirs."""

from campaign.embeds.models import Embedding
from campaign.embeds.queries import embedding_of, mark_of
from campaign.extensions import db
from campaign.petitions.editing import EditConflict
from campaign.petitions.operations import petition_to_change


def change_embedding(*, petition_id, allowed, origins, mark=None):
    """Let `allowed` (a word of ALLOWED) hold the petition; `origins` stay noted while somebody else is allowed.

    `mark` is what `mark_of` told the editor, None where nobody had a page before their eyes. Raises EditConflict.
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
