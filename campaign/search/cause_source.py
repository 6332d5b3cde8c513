"""Published causes as search documents."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from campaign.causes.models import Cause
from campaign.causes.queries import causes_among
from campaign.extensions import db
from campaign.search.sources import Document, PublicItem, Source
from campaign.site.settings import site_settings
from campaign.text.markdown import to_text


def _public_items(ids: Sequence[int] | None = None) -> list[PublicItem]:
    query = select(Cause.id, Cause.slug).where(Cause.state == "published").order_by(Cause.id)
    if ids is not None:
        query = query.where(Cause.id.in_(ids))
    return [PublicItem(row.id, row.slug) for row in db.session.execute(query)]


def _documents(ids: Sequence[int]) -> Iterator[Document]:
    languages = site_settings().languages
    for cause in causes_among(ids):
        for lang in languages:
            text = cause.text(lang)
            yield Document(
                subject_id=cause.id,
                lang=lang,
                text_lang=text.lang,
                cause_id=cause.id,
                slug=cause.slug,
                title=text.title,
                summary=text.summary,
                body=to_text(text.story),
                day=cause.created_at.date(),
            )


CAUSES = Source("cause", "causes.show", _public_items, _documents)
