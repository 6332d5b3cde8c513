"""What changes a petition."""

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.petitions.models import Petition, PetitionTally, PetitionText, PetitionVersion, Target


class SlugTaken(CampaignError):
    """Another petition already lives at this address."""

    status = 409


def create_petition(*, cause_id, slug, texts, targets, state="published", **settings):
    """Create a petition with its first version and its tally at nought.

    `texts` maps a language to the columns of `PetitionText`; `targets` is a list of {language: name}; `settings` are
    columns of `Petition`. Raises SlugTaken.
    """
    if db.session.query(Petition.id).filter_by(slug=slug).first():
        raise SlugTaken(f"a petition at {slug!r} exists already")
    petition = Petition(
        cause_id=cause_id,
        slug=slug,
        state=state,
        targets=[Target(position=place, names=names) for place, names in enumerate(targets)],
        versions=[_version(1, texts)],
        **settings,
    )
    db.session.add(petition)
    db.session.flush()
    db.session.add(PetitionTally(petition_id=petition.id, count=0))
    return petition


def change_text(petition, *, texts):
    """Give the petition a new version of its text; signatures keep pointing at the version they were made under."""
    version = _version(petition.current_version.number + 1, texts)
    petition.versions.append(version)
    db.session.flush()
    return version


def close_petition(petition):
    """Stop taking signatures; those that wait for their confirmation can still confirm."""
    petition.state = "closed"
    db.session.flush()
    return petition


def _version(number, texts):
    return PetitionVersion(
        number=number, texts=[PetitionText(lang=lang, **words) for lang, words in texts.items()]
    )
