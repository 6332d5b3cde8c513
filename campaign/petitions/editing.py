"""Edit a petition: its text, targets, form, dates, goal and address.

Most functions take the revision that the editor saw. They raise EditConflict if another editor
saved first.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.petitions.models import Petition, Target
from campaign.petitions.operations import NotReady, petition_to_change, slugs
from campaign.petitions.readiness import Fault, faults_of
from campaign.petitions.versions import keep_version, texts_of


class EditConflict(CampaignError):
    """Another editor has changed the petition since this editor's page was made."""

    status = 409


def change_letter(
    *, petition_id: int, revision: int, texts: dict[str, dict[str, str]], now: datetime
) -> Petition:
    """Change the text and return the petition.

    `texts` maps a language to the columns of `PetitionText`. Before the petition opens nobody can
    have signed, so the text changes in place. Afterwards each change makes a new version.
    Signatures keep pointing at the version they were made under.

    Raise EditConflict, and NotReady if a public petition would lose part of its text.
    """
    petition = petition_to_change(petition_id)
    if letter_of(petition) == texts:
        # The button was pressed twice or nothing was changed, so we make no new version.
        return petition
    if revision != petition.text_revision:
        raise EditConflict(f"the letter is at revision {petition.text_revision}, not {revision}")
    keep_version(petition, now, texts)
    petition.text_revision += 1
    if petition.state != "draft":
        _demand_whole(petition, now)
    db.session.flush()
    return petition


def letter_of(petition: Petition) -> dict[str, dict[str, str]]:
    """Return the current text in the form that `change_letter` takes."""
    return texts_of(petition.current_version)


def change_targets(
    *, petition_id: int, revision: int, targets: Sequence[Mapping[str, str]], now: datetime
) -> Petition:
    """Set the targets in this order. `targets` is a list of {language: name}.

    Once the petition has opened this makes a new version. Raise EditConflict, and NotReady if a
    public petition would have no target.
    """
    petition = _at_revision(petition_id, revision)
    if petition.state != "draft" and not targets:
        raise NotReady([Fault("target")])
    # Positions are unique, so we delete the old targets before we insert the new ones.
    petition.targets = []
    db.session.flush()
    petition.targets = [Target(position=place, names=names) for place, names in enumerate(targets)]
    keep_version(petition, now)
    db.session.flush()
    return petition


def change_form(
    *,
    petition_id: int,
    revision: int,
    required_fields: list[str],
    questions: list[dict[str, Any]],
    confirmation: str,
    two_per_address: bool,
    neutral_emails: bool,
    now: datetime,
) -> Petition:
    """Set what supporters are asked and how we email them. See Petition for the columns.

    Once the petition has opened, different questions make a new version.
    """
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
    *,
    petition_id: int,
    revision: int,
    opens_at: datetime | None,
    closes_at: datetime | None,
    time_zone: str,
    deliver_on: date | None,
    deliver_places: dict[str, str],
    now: datetime,
) -> Petition:
    """Set when the petition can be signed, and when and where its signatures are delivered."""
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


def change_goal(*, petition_id: int, goal: int, seen: str | None = None) -> Petition:
    """Set the goal. Raise EditConflict if the current goal is not the one that was `seen`."""
    petition = petition_to_change(petition_id)
    if seen is not None and seen != str(petition.goal):
        raise EditConflict
    petition.goal = goal
    db.session.flush()
    return petition


def move_petition(*, petition_id: int, revision: int, slug: str) -> Petition:
    """Change the slug. The old address of a public petition redirects. Raise SlugTaken."""
    petition = petition_to_change(petition_id)
    if petition.slug == slug:
        return petition
    _check(petition, revision)
    petition.revision += 1
    slugs.move(petition, slug)
    return petition


def _set(petition_id: int, revision: int, **columns: Any) -> Petition:
    petition = _at_revision(petition_id, revision)
    for name, value in columns.items():
        setattr(petition, name, value)
    db.session.flush()
    return petition


def _at_revision(petition_id: int, revision: int) -> Petition:
    """Return the petition with its revision increased by one. Raise EditConflict."""
    petition = petition_to_change(petition_id)
    _check(petition, revision)
    petition.revision += 1
    return petition


def _check(petition: Petition, revision: int) -> None:
    if revision != petition.revision:
        raise EditConflict(f"the petition is at revision {petition.revision}, not {revision}")


def _demand_whole(petition: Petition, now: datetime) -> None:
    words = [fault for fault in faults_of(petition, now) if fault.lang]
    if words:
        raise NotReady(words)
