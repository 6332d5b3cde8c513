"""What changes in a petition: its words, whom it asks, its form, its times, its address.

Each takes the revision that the editor had before their eyes, and refuses where another was quicker.
"""

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.petitions.models import Target
from campaign.petitions.operations import NotReady, petition_to_change, slugs
from campaign.petitions.readiness import Fault, faults_of
from campaign.petitions.versions import keep_version, texts_of


class EditConflict(CampaignError):
    """Somebody else changed it since the editor's page was made."""

    status = 409


def change_letter(*, petition_id, revision, texts, now):
    """Change the words; return the petition.

    Nobody can have signed before it opened, and the words change where they stand. From then on they are a new version,
    and signatures keep pointing at the one they were made under. `texts` maps a language to the columns of `PetitionText`.
    """
    petition = petition_to_change(petition_id)
    if letter_of(petition) == texts:
        # A button pressed twice, or nothing typed: no version is made of it.
        return petition
    if revision != petition.text_revision:
        raise EditConflict(f"the letter is at revision {petition.text_revision}, not {revision}")
    keep_version(petition, now, texts)
    petition.text_revision += 1
    if petition.state != "draft":
        _demand_whole(petition, now)
    db.session.flush()
    return petition


def letter_of(petition):
    """Return the present words as `change_letter` takes them."""
    return texts_of(petition.current_version)


def change_targets(*, petition_id, revision, targets, now):
    """Set who is asked, in this order; `targets` is a list of {language: name}. Once it has opened this makes a new version."""
    petition = _at_revision(petition_id, revision)
    if petition.state != "draft" and not targets:
        raise NotReady([Fault("target")])
    # Places are unique, so the old ones go before the new ones come.
    petition.targets = []
    db.session.flush()
    petition.targets = [Target(position=place, names=names) for place, names in enumerate(targets)]
    keep_version(petition, now)
    db.session.flush()
    return petition


def change_form(
    *,
    petition_id,
    revision,
    required_fields,
    questions,
    confirmation,
    two_per_address,
    neutral_emails,
    now,
):
    """Set what supporters are asked, and how they are written to; see Petition. Other questions make a new version once it has opened."""
    petition = _set(
        petition_id,
        revision,
        required_fields=required_fields,
        questions=questions,
        confirmation=confirmation,
        two_per_address=two_per_address,
        neutral_emails=neutral_emails,
    )
    keep_version(petition, now)
    db.session.flush()
    return petition


def change_dates(
    *, petition_id, revision, opens_at, closes_at, time_zone, deliver_on, deliver_places, now
):
    """Set when it can be signed, and when and where the signatures are handed over."""
    petition = _set(
        petition_id,
        revision,
        opens_at=opens_at,
        closes_at=closes_at,
        time_zone=time_zone,
        deliver_on=deliver_on,
        deliver_places=deliver_places,
    )
    if petition.state != "draft" and not petition.has_opened(now):
        petition.opened_at = max(now, opens_at or now)
        db.session.flush()
    return petition


def change_goal(*, petition_id, goal, seen=None):
    """Set how many signatures are hoped for. Raises EditConflict where the goal is not the one that was `seen`."""
    petition = petition_to_change(petition_id)
    if seen is not None and seen != str(petition.goal):
        raise EditConflict
    petition.goal = goal
    db.session.flush()
    return petition


def move_petition(*, petition_id, revision, slug):
    """Give the petition another address; a public one leads on from the old. Raises SlugTaken."""
    petition = petition_to_change(petition_id)
    if petition.slug == slug:
        return petition
    _check(petition, revision)
    slugs.move(petition, slug)
    return petition


def _set(petition_id, revision, **columns):
    petition = _at_revision(petition_id, revision)
    for name, value in columns.items():
        setattr(petition, name, value)
    db.session.flush()
    return petition


def _at_revision(petition_id, revision):
    """Return the petition, its revision moved on by one."""
    petition = petition_to_change(petition_id)
    _check(petition, revision)
    petition.revision += 1
    return petition


def _check(petition, revision):
    if revision != petition.revision:
        raise EditConflict(f"the petition is at revision {petition.revision}, not {revision}")


def _demand_whole(petition, now):
    words = [fault for fault in faults_of(petition, now) if fault.lang]
    if words:
        raise NotReady(words)
