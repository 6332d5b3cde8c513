"""Updates as search documents, from their publication time on."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaign.extensions import db
from campaign.process.clock import utcnow
from campaign.search.sources import Document, PublicItem, Source, paragraphs
from campaign.site.settings import site_settings
from campaign.text.markdown import to_text
from campaign.updates.body_pictures import pictures_of
from campaign.updates.models import Update
from campaign.updates.queries import listed_at, updates_with_ids


def _public_items(ids: Sequence[int] | None = None) -> list[PublicItem]:
    query = (
        select(Update.id, Update.slug, Update.changed_at)
        .join(Update.cause)
        .where(*listed_at(utcnow(), None))
        .order_by(Update.id)
    )
    if ids is not None:
        query = query.where(Update.id.in_(ids))
    return [PublicItem(*row) for row in db.session.execute(query)]


def _public_from(ids: Sequence[int]) -> dict[int, datetime]:
    query = select(Update.id, Update.publish_at).where(
        Update.id.in_(ids), Update.state == "published", Update.publish_at > utcnow()
    )
    return {row.id: row.publish_at for row in db.session.execute(query)}


def _documents(ids: Sequence[int]) -> Iterator[Document]:
    languages = site_settings().languages
    zone = ZoneInfo(site_settings().time_zone)
    for update in updates_with_ids(ids):
        for lang in languages:
            yield _document(update, lang, zone)


def _document(update: Update, lang: str, zone: ZoneInfo) -> Document:
    text = update.text(lang)
    alt = update.picture.alt(lang, update.original_lang) if update.picture else ""
    return Document(
        subject_id=update.id,
        lang=lang,
        text_lang=text.lang,
        cause_id=update.cause_id,
        slug=update.slug,
        title=text.title,
        summary=text.summary,
        body=paragraphs(to_text(text.body, pictures_of(update, text.lang)), alt),
        day=cast(datetime, update.publish_at).astimezone(zone).date(),
    )


UPDATES = Source("update", "updates.show", _public_items, _documents, _public_from)
