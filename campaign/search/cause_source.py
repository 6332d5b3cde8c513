"""Published causes as search documents."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from campaign.causes.models import Cause
from campaign.causes.queries import causes_among
from campaign.extensions import db
from campaign.i18n.locales import LOCALES
from campaign.search.sources import Document, Source, Standing, mark_of
from campaign.text.markdown import to_text


def _standing() -> list[Standing]:
    rows = db.session.execute(
        select(Cause.id, Cause.slug, Cause.version)
        .where(Cause.state == "published")
        .order_by(Cause.id)
    )
    return [Standing(row.id, row.slug, mark_of(row.slug, row.version)) for row in rows]


def _documents(ids: Sequence[int]) -> Iterator[Document]:
    for cause in causes_among(ids):
        for lang in LOCALES:
            text = cause.text(lang)
            yield Document(
                subject_id=cause.id,
                lang=lang,
                written_in=text.lang,
                cause_id=cause.id,
                slug=cause.slug,
                title=text.title,
                summary=text.summary,
                body=to_text(text.story),
                day=cause.created_at.date(),
            )


CAUSES = Source("cause", "causes.show", _standing, _documents)
