"""Who may hold a petition in a page of theirs."""

from campaign.embeds.models import Embedding
from campaign.extensions import db


def mark_of(embedding):
    """Return what tells whether an Embedding is still as an editor saw it."""
    return " ".join((embedding.allowed, *embedding.origins))


def embedding_of(petition_id):
    """Return the Embedding of a petition, as it is kept or as it is without being set."""
    return db.session.get(Embedding, petition_id) or Embedding(
        petition_id=petition_id, allowed="anybody", origins=[]
    )
