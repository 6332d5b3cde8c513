"""Structured data that pages give to search engines: JSON-LD with the vocabulary of schema.org."""

from collections.abc import Iterable
from typing import Any

from flask import current_app, url_for

from campaign.answers.presenters import ShownAnswer
from campaign.causes.presenters import CausePage
from campaign.organisations.presenters import (
    identity_of,
    page_identity,
    structured_organisation,
)
from campaign.petitions.kinds import action_url
from campaign.petitions.presenters import PetitionCard, PetitionPage
from campaign.site.settings import site_settings

CONTEXT = "https://schema.org"


def of_site(lang: str) -> dict[str, Any]:
    """Return the site and the organization that it belongs to."""
    home = current_app.config["PUBLIC_URL"]
    identity = identity_of(None, lang)
    organization = structured_organisation(identity)
    site = {
        "@type": "WebSite",
        "name": identity.name,
        "url": f"{home}/",
        "inLanguage": list(site_settings().languages),
    }
    return {
        "@context": CONTEXT,
        "@graph": [organization, {**site, "publisher": {"@id": organization["@id"]}}],
    }


def of_organisation(lang: str) -> dict[str, Any]:
    """Return the organization that the page is about."""
    return {"@context": CONTEXT, **structured_organisation(page_identity(lang))}


def of_petition(
    petition: PetitionPage,
    cause: CausePage,
    lang: str,
    answers: Iterable[ShownAnswer] = (),
) -> dict[str, Any]:
    """Return a PetitionPage: its text, author, audience, number of endorsements and answers."""
    home = current_app.config["PUBLIC_URL"]
    work = {
        "@context": CONTEXT,
        "@type": "CreativeWork",
        "genre": petition.action_kind,
        "name": petition.title,
        "abstract": petition.summary,
        "url": home + action_url(petition, lang=lang),
        "image": home + url_for("cards.petition", slug=petition.slug, lang=lang),
        "inLanguage": petition.lang,
        "isPartOf": {
            "@type": "CreativeWork",
            "name": cause.title,
            "url": home + url_for("causes.show", slug=cause.slug, lang=lang),
        },
        "publisher": structured_organisation(page_identity(lang)),
        "interactionStatistic": _endorsed(petition.count),
    }
    if petition.published_by:
        work["author"] = {"@type": "Organization", "name": petition.published_by}
    if petition.targets:
        work["audience"] = [{"@type": "Audience", "name": target} for target in petition.targets]
    if petition.ends_at:
        work["expires"] = petition.ends_at.isoformat(timespec="seconds")
    replies = [_reply(answer, work["url"]) for answer in answers]
    if replies:
        work["comment"] = replies
    return work


def _reply(answer: ShownAnswer, url: str) -> dict[str, Any]:
    """Return an answer, which schema.org calls a comment."""
    return {
        "@type": "Comment",
        "url": f"{url}#answer-{answer.id}",
        "author": {"@type": "Organization", "name": answer.name},
        "datePublished": answer.day.isoformat(),
        "inLanguage": answer.lang,
        "text": answer.body.striptags(),
    }


def of_cause(cause: CausePage, petitions: Iterable[PetitionCard], lang: str) -> dict[str, Any]:
    """Return a CausePage and its PetitionCards."""
    home = current_app.config["PUBLIC_URL"]
    return {
        "@context": CONTEXT,
        "@type": "CreativeWork",
        "genre": "campaign",
        "name": cause.title,
        "abstract": cause.summary,
        "url": home + url_for("causes.show", slug=cause.slug, lang=lang),
        "image": home + url_for("cards.cause", slug=cause.slug, lang=lang),
        "inLanguage": lang,
        "publisher": structured_organisation(page_identity(lang)),
        "interactionStatistic": _endorsed(cause.count),
        "hasPart": [
            {
                "@type": "CreativeWork",
                "name": petition.title,
                "url": home + action_url(petition, lang=lang),
            }
            for petition in petitions
        ],
    }


def _endorsed(count: int) -> dict[str, Any]:
    return {
        "@type": "InteractionCounter",
        "interactionType": f"{CONTEXT}/EndorseAction",
        "userInteractionCount": count,
    }
