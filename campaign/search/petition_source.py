"""Public petitions as search documents. Archived ones can only be reached by their URL."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from campaign.answers.models import Answer
from campaign.answers.queries import answers_by_petition
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
    # An answer that is withdrawn again counts too, because the page has changed.
    answered = (
        select(func.max(func.coalesce(Answer.withdrawn_at, Answer.published_at)))
        .where(Answer.petition_id == Petition.id)
        .scalar_subquery()
    )
    query = (
        select(Petition.id, Petition.slug, changed, Petition.action_kind, answered)
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
        PublicItem(
            petition_id, slug, max(filter(None, (changed_at, answered_at))), kind_of(kind).show
        )
        for petition_id, slug, changed_at, kind, answered_at in db.session.execute(query)
    ]


def _documents(ids: Sequence[int]) -> Iterator[Document]:
    languages = site_settings().languages
    answers = answers_by_petition(ids)
    for petition in petitions_with_ids(ids):
        for lang in languages:
            yield _document(petition, lang, answers.get(petition.id, ()))


def _document(petition: Petition, lang: str, answers: Sequence[Answer]) -> Document:
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
        body=paragraphs(
            to_text(text.body), text.published_by, targets, *_answer_texts(answers, lang)
        ),
        day=(petition.opened_at or petition.created_at).date(),
    )


def _answer_texts(answers: Sequence[Answer], lang: str) -> Iterator[str]:
    """Yield who answered and what, so that a search for an answer finds its petition."""
    for answer in answers:
        yield answer.answered_by
        yield to_text(answer.text_and_lang(lang)[0])


PETITIONS = Source("petition", "petitions.show", _public_items, _documents)
