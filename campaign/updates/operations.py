"""What organizers do with an update: write it, publish it now or later, withdraw it.

Functions that save a form take the `version` of the part that it showed, None without a form. They
raise EditConflict if another editor saved first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.publishing.life_cycle import NotPublishable
from campaign.publishing.pictures import Pictures
from campaign.publishing.slug_history import SlugHistory
from campaign.publishing.texts import write_texts
from campaign.site.languages import default_lang
from campaign.text.markdown import picture_names
from campaign.updates.models import Update, UpdatePetition, UpdateText


class UpdateNotReady(NotPublishable):
    """The update lacks something required for publishing.

    `faults` are pairs of what is missing and the language. What is missing is `title`, `body`,
    `picture_alt` or `body_alt`.
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{part} ({lang})" for part, lang in faults))
        self.faults = faults


@dataclass(frozen=True)
class Links:
    """What an update is about: petitions in their order, and perhaps an event."""

    petition_ids: tuple[int, ...] = ()
    event_id: int | None = None


slugs = SlugHistory(Update)


def create_update(
    *,
    cause_id: int,
    slug: str,
    texts: dict[str, dict[str, str]],
    original_lang: str | None = None,
    links: Links = Links(),
    publish_at: datetime | None = None,
    time_zone: str = "",
) -> Update:
    """Create a draft, or a published update if `publish_at` is given. Raise SlugTaken.

    `texts` maps a language to the columns of `UpdateText`.
    """
    slugs.refuse_taken(slug)
    update = Update(
        uuid=str(uuid4()),
        cause_id=cause_id,
        slug=slug,
        original_lang=original_lang or default_lang(),
        event_id=links.event_id,
        petitions=_petitions(links.petition_ids),
        texts=[UpdateText(lang=lang, **columns) for lang, columns in texts.items()],
        state="published" if publish_at else "draft",
        publish_at=publish_at,
        time_zone=time_zone,
    )
    db.session.add(update)
    slugs.flush(slug)
    return update


def change_update(
    *,
    update_id: int,
    version: int | None,
    texts: dict[str, dict[str, str]],
    links: Links,
    now: datetime,
) -> Update:
    """Change texts and links. A language that `texts` leaves out is removed.

    Raise EditConflict, and UpdateNotReady if a published update would lose part of its text.
    """
    row = load_for_update(Update, update_id)
    check_part(row, "text", version)
    row.changed_at = now
    row.texts = [text for text in row.texts if text.lang in texts]
    write_texts(row.texts, UpdateText, texts)
    if [petition.petition_id for petition in row.petitions] != list(links.petition_ids):
        # The new links may repeat the keys of old ones, so we delete the old ones first.
        row.petitions = []
        db.session.flush()
        row.petitions = _petitions(links.petition_ids)
    row.event_id = links.event_id
    if row.state == "published":
        require_ready(row)
    db.session.flush()
    return row


def change_update_slug(*, update_id: int, version: int | None, slug: str) -> Update:
    """Change the slug. The old address of a public update redirects.

    Raise SlugTaken and EditConflict.
    """
    row = load_for_update(Update, update_id)
    if row.slug == slug:
        return row
    check_part(row, "text", version)
    slugs.change(row, slug)
    return row


def faults_of(row: Update) -> list[tuple[str, str]]:
    """Return what keeps the update from being published, as pairs (what is missing, language)."""
    langs = {text.lang: text for text in row.texts}
    first = langs.get(row.original_lang)
    faults = [("title", row.original_lang)] if first is None else []
    for lang, text in langs.items():
        faults += [(part, lang) for part in ("title", "body") if not getattr(text, part)]
        if row.picture and not row.picture.alts.get(lang):
            faults.append(("picture_alt", lang))
        shown = picture_names(text.body)
        if any(item.name in shown and not item.alts.get(lang) for item in row.body_pictures):
            faults.append(("body_alt", lang))
    return faults


# Only people who were shown a page with the picture know its digest, so drafts need no condition.
pictures = Pictures(model=Update, has_wide=True)


def require_ready(row: Update) -> None:
    """Raise UpdateNotReady if something keeps the update from being published."""
    faults = faults_of(row)
    if faults:
        raise UpdateNotReady(faults)


def _petitions(petition_ids: Iterable[int]) -> list[UpdatePetition]:
    return [
        UpdatePetition(petition_id=item, position=index)
        for index, item in enumerate(dict.fromkeys(petition_ids))
    ]
