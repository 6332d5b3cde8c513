"""Load what a page is about, for example a cause, or all petitions that the organizer may see."""

from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.actions.letters.models import LETTER
from campaign.causes.models import Cause
from campaign.causes.queries import cause_in_any_state, causes_among
from campaign.events.models import Event
from campaign.events.queries import event_in_any_state
from campaign.extensions import db
from campaign.i18n.fallbacks import best_of
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_slug
from campaign.organize.core.identity import causes_where, organisations_where
from campaign.petitions.kinds import ActionKind, kind_of
from campaign.petitions.models import Petition, PetitionVersion
from campaign.petitions.queries import petition_in_any_state
from campaign.signatures.models import Signature
from campaign.signatures.queries import signature_by_id
from campaign.updates.models import Update
from campaign.updates.queries import update_in_any_state


@dataclass(frozen=True)
class PetitionSummary:
    """A petition or other action as lists and choices show it.

    `title` is in the organizer's language, and `action_kind` the name of its kind.
    """

    id: int
    cause_id: int
    slug: str
    title: str
    cause_title: str
    action_kind: str

    @property
    def kind(self) -> ActionKind:
        """Return its kind."""
        return kind_of(self.action_kind)

    @property
    def is_letter(self) -> bool:
        """Return whether it is a letter action."""
        return self.action_kind == LETTER


def load_cause(slug: str) -> Cause | None:
    """Return the cause with this slug in any state, or None."""
    return cause_in_any_state(slug)


def load_petition(slug: str) -> Petition | None:
    """Return the petition with this slug in any state, or None."""
    return petition_in_any_state(slug)


def load_letter_action(slug: str) -> Petition | None:
    """Return the letter action with this slug in any state, or None."""
    petition = petition_in_any_state(slug)
    return petition if petition is not None and petition.action_kind == LETTER else None


def load_event(slug: str) -> Event | None:
    """Return the event with this slug in any state, or None."""
    return event_in_any_state(slug)


def load_update(slug: str) -> Update | None:
    """Return the update with this slug in any state, or None."""
    return update_in_any_state(slug)


def load_signature(signature_id: int) -> Signature | None:
    """Return the signature with this id, or None."""
    return signature_by_id(signature_id)


def load_organisation(slug: str) -> Organisation | None:
    """Return the organisation with this slug, or None."""
    return organisation_by_slug(slug)


def organisation_name(organisation: Organisation) -> str:
    """Return its name in the organizer's language, as in its identity, or its slug."""
    named = {text.lang: text.name for text in organisation.texts if text.name}
    return best_of(named, g.lang) or organisation.legal_name or organisation.slug


def petitions_where(action: str) -> list[PetitionSummary]:
    """Return a PetitionSummary for each petition where the organizer may do `action`, in order."""
    cause_ids = causes_where(action)
    query = (
        select(Petition)
        .order_by(Petition.cause_id, Petition.position, Petition.id)
        .options(
            selectinload(Petition.cause).selectinload(Cause.texts),
            selectinload(Petition.versions).selectinload(PetitionVersion.texts),
        )
    )
    if cause_ids is not None:
        query = query.where(Petition.cause_id.in_(cause_ids))
    return [petition_summary(petition) for petition in db.session.scalars(query)]


def organisation_ids_where(action: str) -> frozenset[int]:
    """Return the ids of the organisations whose owners share a cause with the organizer.

    These are the organisations where the organizer may do `action`, in one cause or in all. For an
    admin there are none to name, because an admin sees everyone.
    """
    cause_ids = causes_where(action)
    if cause_ids is None:
        return frozenset()
    of_causes = {cause.organisation_id for cause in causes_among(cause_ids)}
    return (organisations_where(action) or frozenset()) | of_causes


def petition_summary(petition: Petition | Any) -> PetitionSummary:
    """Return the PetitionSummary of a petition."""
    text = petition.current_version.text(g.lang, petition.original_lang)
    cause_title = petition.cause.text(g.lang).title
    return PetitionSummary(
        id=petition.id,
        cause_id=petition.cause_id,
        slug=petition.slug,
        title=text.title,
        cause_title=cause_title,
        action_kind=petition.action_kind,
    )


def chosen(petitions: list[PetitionSummary], slug: str | None) -> list[PetitionSummary]:
    """Return the petition with this slug in a list, or all petitions if none has it."""
    return [petition for petition in petitions if petition.slug == slug] or petitions
