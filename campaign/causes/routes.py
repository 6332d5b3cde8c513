"""The home page, and the page of a cause."""

from dataclasses import dataclass

from flask import Blueprint, abort, g, make_response, render_template

from campaign.causes.pages import CausePage, page
from campaign.causes.queries import cause_by_slug, published_causes
from campaign.lib.caching import public
from campaign.lib.times import utcnow
from campaign.petitions.cards import PetitionCard, cards_of_cause

blueprint = Blueprint("causes", __name__)
MOST_ON_HOME = 3


@dataclass(frozen=True)
class CauseWithPetitions(CausePage):
    """A cause and its petitions."""

    petitions: tuple[PetitionCard, ...]


@blueprint.get("/<lang>/")
def index():
    causes = [_with_petitions(cause) for cause in published_causes()]
    events = sorted((event for cause in causes for event in cause.events), key=lambda event: event.date)
    updates = sorted(
        (update for cause in causes for update in cause.updates), key=lambda update: update.date, reverse=True
    )
    return public(
        make_response(
            render_template(
                "causes/index.html",
                causes=causes,
                events=events[:MOST_ON_HOME],
                updates=updates[:MOST_ON_HOME],
            )
        )
    )


@blueprint.get("/<lang>/causes/<slug>")
def show(slug):
    cause = cause_by_slug(slug)
    if cause is None:
        abort(404)
    whole = _with_petitions(cause)
    return public(
        make_response(
            render_template(
                "causes/show.html",
                cause=whole,
                petitions=whole.petitions,
                events=whole.events,
                past_events=whole.past_events,
                updates=whole.updates,
            )
        )
    )


def _with_petitions(cause):
    now = utcnow()
    petitions = tuple(cards_of_cause(cause.id, g.lang, now))
    return CauseWithPetitions(**vars(page(cause, g.lang, now)), petitions=petitions)
