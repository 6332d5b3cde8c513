"""Find out which sites may embed a petition."""

from campaign.embeds.models import Embedding
from campaign.extensions import db


def embedding_of(petition_id: int) -> Embedding:
    """Return the Embedding of a petition, or the default one if none is stored."""
    return db.session.get(Embedding, petition_id) or Embedding(
        petition_id=petition_id, allowed="anybody", origins=[]
    )
