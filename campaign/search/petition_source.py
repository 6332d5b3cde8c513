"""Public petitions as search documents. Archived ones can only be reached by their URL."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition, PetitionVersion
from campaign.petitions.queries import petitions_with_ids
from campaign.search.sources import Document, PublicItem, Source, paragraphs
from campaign.site.settings import site_settings
from campaign.text.markdown import to_text


def _public_items(ids: Sequence[int] | None = None) -> list[PublicItem]:
    changed = func.max(PetitionVersion.created_at).label("changed_at")
    query = (
        select(Petition.id, Petition.slug, changed, Petition.action_kind)
        .join(Petition.cause)
        .join(Petition.versions)
        .where(
            Petition.state != "draft", Petition.archived_at.is_(None), Cause.state == "published"
        )
        .group_by(Petition.id)
        .order_by(Petition.id)
    )
    if ids is not None:
        query = query.where(Petition.id.in_(ids))
    return [
        PublicItem(petition_id, slug, changed_at, kind_of(kind).show)
        for petition_id, slug, changed_at, kind in db.session.execute(query)
    ]


def _documents(ids: Sequence[int]) -> Iterator[Document]:
    languages = site_settings().languages
    for petition in petitions_with_ids(ids):
        for lang in languages:
            yield _document(petition, lang)


def _document(petition: Petition, lang: str) -> Document:
    text = petition.current_version.text(lang, petition.original_lang)
    targets = " · ".join(target.name(lang) for target in petition.targets)
    return Document(
        subject_id=petition.id,
        lang=lang,
        text_lang=text.lang,
        cause_id=petition.cause_id,
        slug=petition.slug,
        title=text.title,
        summary=text.summary,
        body=paragraphs(to_text(text.body), text.published_by, targets),
        day=(petition.opened_at or petition.created_at).date(),
    )


PETITIONS = Source("petition", "petitions.show", _public_items, _documents)
