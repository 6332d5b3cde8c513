"""The first page of the workspace: one's causes and their petitions, with their counts."""

from dataclasses import dataclass

from flask import Blueprint, g, jsonify, render_template

from campaign.causes.models import Cause
from campaign.causes.queries import cause_count, causes_among
from campaign.lib.times import utcnow
from campaign.organize.guard import any_organizer
from campaign.organize.presence import causes_where
from campaign.organize.rail_numbers import rail_numbers
from campaign.organize.today import Task, tasks_of
from campaign.petitions.cards import PetitionCard, card
from campaign.petitions.queries import petition_counts, petitions_of_cause

blueprint = Blueprint("overview", __name__)


@dataclass(frozen=True)
class CauseInSight:
    """A cause with its petitions, drafts and closed ones too, as the organizer's overview lists it."""

    cause: Cause
    title: str
    count: int
    petitions: tuple[PetitionCard, ...]
    tasks: list[Task]


@blueprint.get("/")
@any_organizer
def index():
    causes = causes_among(causes_where("overview.see"))
    return render_template("organize/overview/index.html", causes=[_in_sight(cause) for cause in causes])


@blueprint.get("/rail.json")
@any_organizer
def rail():
    """The numbers of the rail, for pages that stay open: {place: [figure, words]}."""
    return jsonify(rail_numbers())


def _in_sight(cause):
    now = utcnow()
    petitions = petitions_of_cause(cause.id)
    counts = petition_counts(petition.id for petition in petitions)
    cards = tuple(card(petition, g.lang, counts.get(petition.id, 0), now) for petition in petitions)
    tasks = tasks_of(cause, petitions)
    return CauseInSight(cause, cause.text(g.lang).title, cause_count(cause.id), cards, tasks)
