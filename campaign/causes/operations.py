"""Create and change causes."""

from campaign.causes.models import Cause, CauseTally, CauseText
from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.organisations.operations import ensure_host
from campaign.publishing.slug_history import SlugHistory
from campaign.publishing.texts import write_texts

slugs = SlugHistory(Cause)


def create_cause(
    *,
    slug: str,
    texts: dict[str, dict[str, str]],
    organisation_id: int | None = None,
    palette: str = "monarch",
    shape: str = "monarch",
    state: str = "published",
) -> Cause:
    """Create a cause with a tally of zero.

    `texts` maps a language to columns of `CauseText`. Without `organisation_id` the cause belongs
    to the host. Raise SlugTaken.
    """
    slugs.refuse_taken(slug)
    cause = Cause(
        slug=slug,
        organisation_id=organisation_id or ensure_host().id,
        palette=palette,
        shape=shape,
        state=state,
        texts=[CauseText(lang=lang, **columns) for lang, columns in texts.items()],
    )
    db.session.add(cause)
    slugs.flush(slug)
    db.session.add(CauseTally(cause_id=cause.id, count=0, last_number=0, freed=0))
    db.session.flush()
    return cause


def change_cause(
    *, cause_id: int, version: int | None, texts: dict[str, dict[str, str]], palette: str
) -> Cause:
    """Change the texts and the palette of a cause.

    A language that `texts` leaves out is removed. `version` is that of the part `text` that the
    form showed, None without a form. Raise EditConflict.
    """
    cause = load_for_update(Cause, cause_id)
    check_part(cause, "text", version)
    cause.palette = palette
    cause.texts = [text for text in cause.texts if text.lang in texts]
    write_texts(cause.texts, CauseText, texts)
    db.session.flush()
    return cause


def change_cause_slug(*, cause_id: int, version: int | None, slug: str) -> Cause:
    """Change the slug. The old address of a public cause redirects.

    `version` is as for `change_cause`. Raise SlugTaken and EditConflict.
    """
    cause = load_for_update(Cause, cause_id)
    if cause.slug == slug:
        return cause
    check_part(cause, "text", version)
    slugs.change(cause, slug)
    return cause
