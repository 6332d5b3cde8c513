"""What organizers do with an update: write it, publish it now or later, withdraw it.

Functions that save a form take the `version` of the part that it showed, None without a form. They
raise EditConflict if another
editor saved first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.publishing.slug_history import SlugHistory
from campaign.text.markdown import picture_names
from campaign.updates.models import FormerUpdateSlug, Update, UpdatePetition, UpdateText

WORDS = ("title", "summary", "body", "picture_alt")


class UpdateSlugTaken(CampaignError):
    """Another update has, or had, this slug."""

    status = 409


class UpdateNotReady(CampaignError):
    """The update lacks something required for publishing.

    `faults` are pairs of what is missing and the language. What is missing is `title`, `body`,
    `picture_alt` or `body_alt`.
    """

    status = 409

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{part} ({lang})" for part, lang in faults))
        self.faults = faults


@dataclass(frozen=True)
class Links:
    """What an update is about: petitions in their order, and perhaps an event."""

    petition_ids: tuple[int, ...] = ()
    event_id: int | None = None


slugs = SlugHistory(db.session, Update, FormerUpdateSlug, "update_id", UpdateSlugTaken)


def create_update(
    *,
    cause_id: int,
    slug: str,
    texts: dict[str, dict[str, str]],
    original_lang: str = "en",
    links: Links = Links(),
    publish_at: datetime | None = None,
    time_zone: str = "",
) -> Update:
    """Create a draft, or a published update if `publish_at` is given. Raise UpdateSlugTaken.

    `texts` maps a language to the columns of `UpdateText`.
    """
    slugs.refuse_taken(slug)
    made = Update(
        uuid=str(uuid4()),
        cause_id=cause_id,
        slug=slug,
        original_lang=original_lang,
        event_id=links.event_id,
        petitions=_petitions(links.petition_ids),
        texts=[UpdateText(lang=lang, **words) for lang, words in texts.items()],
        state="published" if publish_at else "draft",
        publish_at=publish_at,
        time_zone=time_zone,
    )
    db.session.add(made)
    slugs.flush(slug)
    return made


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
    written = {text.lang: text for text in row.texts}
    row.texts = [text for text in row.texts if text.lang in texts]
    for lang, words in texts.items():
        if lang not in written:
            row.texts.append(UpdateText(lang=lang, **words))
            continue
        for name, value in words.items():
            setattr(written[lang], name, value)
    if [each.petition_id for each in row.petitions] != list(links.petition_ids):
        # The new links may repeat the keys of old ones, so we delete the old ones first.
        row.petitions = []
        db.session.flush()
        row.petitions = _petitions(links.petition_ids)
    row.event_id = links.event_id
    if row.state == "published":
        _demand_whole(row)
    db.session.flush()
    return row


def move_update(*, update_id: int, version: int | None, slug: str) -> Update:
    """Change the slug. The old address of a public update redirects.

    Raise UpdateSlugTaken and EditConflict.
    """
    row = load_for_update(Update, update_id)
    if row.slug == slug:
        return row
    check_part(row, "text", version)
    slugs.move(row, slug)
    return row


def publish_update(
    *, update_id: int, now: datetime, publish_at: datetime | None = None, time_zone: str = ""
) -> Update:
    """Publish the update from `publish_at` on, or immediately. Raise UpdateNotReady.

    For an update that is published already, this changes its time.
    """
    row = load_for_update(Update, update_id)
    _demand_whole(row)
    is_on = row.state == "published" and row.publish_at is not None and row.publish_at <= now
    if publish_at or not is_on:
        row.publish_at = publish_at or now
    row.state = "published"
    row.time_zone = time_zone or row.time_zone
    row.changed_at = now
    db.session.flush()
    return row


def withdraw_update(*, update_id: int, now: datetime) -> Update:
    """Turn the update into a draft again.

    Its page is gone until it is published again. Emails that are not sent yet stay unsent.
    """
    row = load_for_update(Update, update_id)
    row.state = "draft"
    row.publish_at = None
    row.changed_at = now
    db.session.flush()
    return row


def faults_of(row: Update) -> list[tuple[str, str]]:
    """Return what keeps the update from being published, as pairs (what is missing, language)."""
    langs = {text.lang: text for text in row.texts}
    first = langs.get(row.original_lang)
    faults = [("title", row.original_lang)] if first is None else []
    for lang, text in langs.items():
        faults += [(part, lang) for part in ("title", "body") if not getattr(text, part)]
        if row.picture and not text.picture_alt:
            faults.append(("picture_alt", lang))
        shown = picture_names(text.body)
        if any(each.name in shown and not each.alts.get(lang) for each in row.body_pictures):
            faults.append(("body_alt", lang))
    return faults


def _demand_whole(row: Update) -> None:
    faults = faults_of(row)
    if faults:
        raise UpdateNotReady(faults)


def _petitions(petition_ids: Iterable[int]) -> list[UpdatePetition]:
    return [
        UpdatePetition(petition_id=each, position=place) for place, each in enumerate(petition_ids)
    ]
