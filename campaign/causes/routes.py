"""The home page and the page of a cause."""

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, abort, g, make_response, render_template
from flask.typing import ResponseReturnValue

from campaign.answers.presenters import answers_on_cards
from campaign.causes.models import Cause
from campaign.causes.presenters import CausePage, form_consent, page
from campaign.causes.queries import cause_by_slug, published_causes
from campaign.events.presenters import cards_ahead, cards_past
from campaign.extensions import reads_replica
from campaign.http.caching import public
from campaign.notices.composition import compose_notice
from campaign.notices.news_texts import form_text
from campaign.organisations.identity import identities
from campaign.organisations.presenters import PageIdentity, identity_of, show_organisation
from campaign.petitions.presenters import PetitionCard, cards_of_cause
from campaign.process.clock import utcnow
from campaign.updates.presenters import MAX_RECENT, recent_cards

blueprint = Blueprint("causes", __name__)
MAX_ON_HOME = 3
MAX_ON_CAUSE = 8


@dataclass(frozen=True)
class CauseWithPetitions(CausePage):
    """A cause and its petitions."""

    petitions: tuple[PetitionCard, ...]


@dataclass(frozen=True)
class OrganisationCauses:
    """An organisation that the site does not belong to, and its causes, for the home page."""

    identity: PageIdentity
    causes: list[CausePage]


@blueprint.get("/<lang>/")
@reads_replica
def index() -> ResponseReturnValue:
    """Show the home page: the host's causes, and then those of other organisations."""
    host = identities().host
    # The host's come first, and each organisation's stay in their order.
    causes = sorted(
        published_causes(),
        key=lambda cause: (cause.organisation_id != host.id, cause.organisation_id),
    )
    first, rest = (causes[0], causes[1:]) if causes else (None, [])
    others = [
        OrganisationCauses(identity_of(id_, g.lang), [page(cause, g.lang) for cause in group])
        for id_, group in groupby(rest, lambda cause: cause.organisation_id)
        if id_ != host.id
    ]
    now = utcnow()
    return public(
        make_response(
            render_template(
                "causes/index.html",
                first=_with_petitions(first) if first else None,
                first_identity=identity_of(first.organisation_id if first else None, g.lang),
                more=[page(cause, g.lang) for cause in rest if cause.organisation_id == host.id],
                others=others,
                events=cards_ahead(g.lang, now, limit=MAX_ON_HOME),
                updates=recent_cards(g.lang, now, limit=MAX_RECENT),
                news_notice=compose_notice("subscription", organisation_id=None, lang=g.lang),
                news_consent=form_text(None, g.lang),
            )
        )
    )


@blueprint.get("/<lang>/causes/<slug>")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show a cause with its petitions, events and updates."""
    cause = cause_by_slug(slug)
    if cause is None:
        abort(404)
    show_organisation(cause.organisation_id)
    cause_page = _with_petitions(cause)
    now = utcnow()
    return public(
        make_response(
            render_template(
                "causes/show.html",
                cause=cause_page,
                petitions=cause_page.petitions,
                events=cards_ahead(g.lang, now, cause_id=cause.id, limit=MAX_ON_CAUSE),
                past_events=cards_past(g.lang, now, cause_id=cause.id, limit=MAX_ON_CAUSE),
                updates=recent_cards(g.lang, now, cause_id=cause.id, limit=MAX_RECENT),
                news_notice=compose_notice(
                    "subscription", organisation_id=cause.organisation_id, lang=g.lang
                ),
                news_consent=form_consent(cause, g.lang),
                **answers_on_cards(cause_page.petitions, g.lang, now),
            )
        )
    )


def _with_petitions(cause: Cause) -> CauseWithPetitions:
    petitions = tuple(cards_of_cause(cause.id, g.lang, utcnow()))
    return CauseWithPetitions(**vars(page(cause, g.lang)), petitions=petitions)
