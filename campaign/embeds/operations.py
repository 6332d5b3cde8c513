"""Setting who may hold a petition in a page of theirs."""

from campaign.embeds.models import Embedding
from campaign.extensions import db


def change_embedding(*, petition_id, allowed, origins):
    """Let `allowed` (a word of ALLOWED) hold the petition; `origins` stay noted while somebody else is allowed."""
    embedding = db.session.get(Embedding, petition_id) or Embedding(petition_id=petition_id)
    embedding.allowed, embedding.origins = allowed, list(origins)
    db.session.add(embedding)
    db.session.flush()
    return embedding
