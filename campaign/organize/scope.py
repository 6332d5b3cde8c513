"""What a page of the workspace is about: one cause, petition or event, or all petitions that its reader may see."""

from dataclasses import dataclass

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.causes.models import Cause
from campaign.causes.queries import cause_in_any_state
from campaign.events.queries import event_in_any_state
from campaign.extensions import db
from campaign.organize.identity import causes_where
from campaign.petitions.models import Petition, PetitionVersion
from campaign.petitions.queries import petition_in_any_state


@dataclass(frozen=True)
class PetitionInSight:
    """What lists and choices of the workspace need of a petition; `title` is in the organizer's language."""

    id: int
    cause_id: int
    slug: str
    title: str
    cause_title: str


def load_cause(slug):
    """Return the cause at `slug` in whatever state, or None."""
    return cause_in_any_state(slug)


def load_petition(slug):
    """Return the petition at `slug` in whatever state, or None."""
    return petition_in_any_state(slug)


def load_event(slug):
    """Return the event at `slug` in whatever state, or None."""
    return event_in_any_state(slug)


def petitions_where(action):
    """Return a PetitionInSight for each petition of the causes where who is signed in may do `action`, in their order."""
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
    return [in_sight(petition) for petition in db.session.scalars(query)]


def in_sight(petition):
    """Return the PetitionInSight of a petition."""
    text = petition.current_version.text(g.lang, petition.original_lang)
    cause_title = petition.cause.text(g.lang).title
    return PetitionInSight(petition.id, petition.cause_id, petition.slug, text.title, cause_title)


def chosen(petitions, slug):
    """Return those of the PetitionsInSight that a choice by slug means: the one, or all where nothing was chosen."""
    return [petition for petition in petitions if petition.slug == slug] or petitions
