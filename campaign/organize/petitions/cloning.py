"""Clone a petition with what packages above `petitions` store about it."""

from datetime import datetime

from campaign.actions.letters.editing import copy_letter_settings
from campaign.embeds.operations import copy_embedding
from campaign.petitions.models import Petition
from campaign.petitions.operations import clone_petition
from campaign.sharing.operations import copy_texts


def clone_all(*, petition_id: int, slug: str, cause_id: int, now: datetime) -> Petition:
    """Clone a petition with its share texts, its embedding, and how it delivers letters.

    Return the draft.

    Raise SlugTaken, OtherOrganisation.
    """
    clone = clone_petition(petition_id=petition_id, slug=slug, cause_id=cause_id)
    copy_texts(from_petition_id=petition_id, to_petition_id=clone.id, now=now)
    copy_letter_settings(from_petition_id=petition_id, to_petition_id=clone.id)
    copy_embedding(from_petition_id=petition_id, to_petition_id=clone.id)
    return clone
