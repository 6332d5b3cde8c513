"""Events as search documents: past and cancelled ones too, but no archived ones."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from campaign.events.hours import full_day, hours
from campaign.events.models import Event
from campaign.events.places import full_place
from campaign.events.queries import LISTED, events_with_ids
from campaign.extensions import db
from campaign.search.sources import Document, PublicItem, Source, paragraphs
from campaign.site.settings import site_settings
from campaign.text.markdown import to_text
from campaign.text.sentences import with_capital


def _public_items(ids: Sequence[int] | None = None) -> list[PublicItem]:
    query = (
        select(Event.id, Event.slug, Event.changed_at)
        .join(Event.cause)
        .where(*LISTED)
        .order_by(Event.id)
    )
    if ids is not None:
        query = query.where(Event.id.in_(ids))
    return [PublicItem(*row) for row in db.session.execute(query)]


def _documents(ids: Sequence[int]) -> Iterator[Document]:
    languages = site_settings().languages
    for event in events_with_ids(ids):
        for lang in languages:
            yield _document(event, lang)


def _document(event: Event, lang: str) -> Document:
    text = event.text(lang)
    when = (
        f"{full_day(event.starts_local, lang)}, {hours(event.starts_local, event.ends_local, lang)}"
    )
    people = " · ".join(person["name"] for person in event.people)
    return Document(
        subject_id=event.id,
        lang=lang,
        text_lang=text.lang,
        cause_id=event.cause_id,
        slug=event.slug,
        title=text.title,
        summary="",
        body=paragraphs(to_text(text.body), people, full_place(event, text)),
        day=event.starts_local.date(),
        detail=with_capital(" · ".join(part for part in (text.kind, when, event.town) if part))[
            :200
        ],
        is_cancelled=event.state == "cancelled",
    )


EVENTS = Source("event", "events.show", _public_items, _documents)
