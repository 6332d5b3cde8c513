"""Load a demonstration, ready to be signed."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campaign.causes.models import Cause
from campaign.causes.operations import create_cause
from campaign.causes.queries import cause_by_slug, published_causes
from campaign.demo.answers import create_answers
from campaign.demo.content import load_cause
from campaign.demo.content_types import (
    DemoCause,
    DemoEvent,
    DemoEventText,
    DemoOrganisation,
    DemoPetitionText,
    DemoQuestion,
    DemoUpdate,
)
from campaign.demo.letters import create_letter_action
from campaign.demo.referrals import pass_on
from campaign.demo.signers import add_rows, invented_rows
from campaign.events.life_cycle import event_life_cycle
from campaign.events.operations import Hours, create_event
from campaign.extensions import db, write
from campaign.organisations.images import clean_image
from campaign.organisations.models import Organisation
from campaign.organisations.operations import change_organisation, create_organisation
from campaign.petitions.operations import create_petition
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.search.jobs import index_all
from campaign.signatures.jobs import hatch_all
from campaign.site.operations import change_site
from campaign.site.queries import load_site
from campaign.updates.operations import Links, create_update

CAMPAIGNS = Path(__file__).parent / "campaigns"
DEFAULT_NAME = "butterflies-for-mexico"
SEED = 43
NOON = time(12)


def demonstration_names() -> list[str]:
    """Return the names of the demonstrations, the default first."""
    names = (path.name for path in CAMPAIGNS.iterdir() if path.is_dir())
    return sorted(names, key=lambda name: (name != DEFAULT_NAME, name))


def load_demonstration(name: str = DEFAULT_NAME) -> str:
    """Load a demonstration with a few hundred invented signatures and return one line about it.

    If it is loaded already, nothing changes.
    """
    demo = load_cause(CAMPAIGNS / name, utcnow().date())
    is_loaded = f"{demo.slug} is already loaded. Nothing was changed."
    if cause_by_slug(demo.slug):
        return is_loaded
    try:
        # All in one transaction: an interrupted load leaves nothing, and the next one starts from
        # scratch.
        total = write(_create, demo)
    except SlugTaken:
        # A second server started at the same time and was faster.
        return is_loaded
    hatch_all()
    index_all()
    return (
        f"Loaded {demo.slug} with {len(demo.petitions)} petitions and {total} invented signatures."
    )


def is_empty() -> bool:
    """Return whether there is no public cause yet."""
    has_causes = bool(published_causes())
    db.session.rollback()
    return not has_causes


def _create(demo: DemoCause) -> int:
    """Create the cause, its petitions and their invented signers. Return the number of signers."""
    if not load_site().settings:
        change_site(settings={"languages": list(demo.languages), "time_zone": demo.zone})
    cause = create_cause(
        slug=demo.slug,
        organisation_id=_create_organisation(demo.organisation).id,
        palette=demo.palette,
        shape=demo.shape,
        texts={lang: asdict(text) for lang, text in demo.texts.items()},
    )
    total = 0
    petitions = {}
    for position, petition in enumerate(demo.petitions):
        created = create_petition(
            cause_id=cause.id,
            slug=petition.slug,
            position=position,
            texts={lang: _petition_fields(text) for lang, text in petition.texts.items()},
            targets=list(petition.targets),
            goal=petition.goal,
            opens_at=petition.opens_at,
            deliver_on=petition.deliver_on,
            deliver_places={
                lang: text.deliver_place
                for lang, text in petition.texts.items()
                if text.deliver_place
            },
            required_fields=list(petition.required),
            # Its table is staffed, so people without an email address can sign there.
            confirmation="email_or_witness",
            two_per_address=petition.two_per_address,
            questions=[_question(question) for question in petition.questions],
            original_lang=petition.original_language,
        )
        petitions[petition.slug] = created
        batches = invented_rows(
            created,
            created.current_version.id,
            petition.generated,
            seed=SEED + position,
            now=utcnow(),
            comments=demo.comments,
            language_mix=demo.signer_languages,
        )
        total += sum(map(add_rows, batches))
        pass_on(created.id, petition.wordings, petition.codes, seed=SEED + position)
    for position, letter in enumerate(demo.letters, len(demo.petitions)):
        create_letter_action(cause, letter, position)
    create_answers(petitions, demo.deliveries, demo.answers)
    petition_ids = {slug: petition.id for slug, petition in petitions.items()}
    for event in demo.events:
        _create_event(cause, demo, event, petition_ids)
    for update in demo.updates:
        _create_update(cause, demo, update, petition_ids)
    return total


def _create_organisation(demo: DemoOrganisation) -> Organisation:
    columns = {**demo.columns, "profiles": list(demo.columns["profiles"])}
    texts = {lang: dict(text) for lang, text in demo.texts.items()}
    created = create_organisation(slug=demo.slug, texts=texts, **columns)
    images = {purpose: clean_image(data) for purpose, data in demo.images.items()}
    return change_organisation(organisation_id=created.id, part="look", images=images)


def _create_event(
    cause: Cause, demo: DemoCause, event: DemoEvent, petition_ids: Mapping[str, int]
) -> None:
    starts, ends = (datetime.combine(event.date, item) for item in (event.starts, event.ends))
    created = create_event(
        cause_id=cause.id,
        slug=event.slug,
        hours=Hours(starts, ends, demo.zone),
        texts={lang: _event_fields(text) for lang, text in event.texts.items()},
        petition_ids=[petition_ids[slug] for slug in event.petitions],
        town=event.town,
        country=demo.country,
        remembered=event.remembered,
        registration=event.registration,
        capacity=event.capacity,
        languages=list(event.languages),
        questions=[_question(question) for question in event.questions],
        original_lang=demo.languages[0],
    )
    event_life_cycle.publish(row_id=created.id, now=utcnow())


def _event_fields(text: DemoEventText) -> dict[str, Any]:
    fields = asdict(text)
    body = fields.pop("text")
    return {**fields, "body": body, "programme": [list(item) for item in text.programme]}


def _create_update(
    cause: Cause, demo: DemoCause, update: DemoUpdate, petition_ids: Mapping[str, int]
) -> None:
    create_update(
        cause_id=cause.id,
        slug=update.slug,
        texts={
            lang: {"title": text.title, "body": text.text} for lang, text in update.texts.items()
        },
        links=Links(petition_ids=tuple(petition_ids[slug] for slug in update.petitions)),
        # The time of day is not recorded. Noon falls on that day wherever the reader is.
        publish_at=datetime.combine(update.date, NOON, ZoneInfo(demo.zone)),
        time_zone=demo.zone,
    )


def _petition_fields(text: DemoPetitionText) -> dict[str, Any]:
    return {name: value for name, value in asdict(text).items() if name != "deliver_place"}


def _question(question: DemoQuestion) -> dict[str, Any]:
    return {
        "name": question.name,
        "type": question.type,
        "required": question.required,
        "label": dict(question.labels),
    }
