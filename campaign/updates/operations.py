"""What organizers do with an update: write it, publish it now or later, take it back.

Each change takes the revision that the editor had before their eyes, and refuses where another was quicker.
"""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.publishing.slug_history import SlugHistory
from campaign.text.markdown import picture_names
from campaign.updates.models import FormerUpdateSlug, Update, UpdatePetition, UpdateText

WORDS = ("title", "summary", "body", "picture_alt")


class UpdateSlugTaken(CampaignError):
    """Another update lives at this address, or did."""

    status = 409


class UpdateEditConflict(CampaignError):
    """Somebody else changed it since the editor's page was made."""

    status = 409


class UpdateNotReady(CampaignError):
    """It cannot go out: `faults` are pairs of what is lacking (`title`, `body`, `picture_alt`, `body_alt`) and the language."""

    status = 409

    def __init__(self, faults):
        super().__init__(", ".join(f"{part} ({lang})" for part, lang in faults))
        self.faults = faults


@dataclass(frozen=True)
class Links:
    """What an update is about: petitions in their order, and perhaps an event."""

    petition_ids: tuple = ()
    event_id: int | None = None


slugs = SlugHistory(db.session, Update, FormerUpdateSlug, "update_id", UpdateSlugTaken)


def create_update(
    *, cause_id, slug, texts, original_lang="en", links=Links(), publish_at=None, time_zone=""
):
    """Create a draft, or a published update where `publish_at` is given; `texts` maps a language to columns of `UpdateText`.

    Raises UpdateSlugTaken.
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


def change_update(*, update_id, revision, texts, links, now):
    """Change words and links. Raises UpdateEditConflict, and UpdateNotReady where a published one would lose its words."""
    row = _at_revision(update_id, revision, now)
    written = {text.lang: text for text in row.texts}
    row.texts = [text for text in row.texts if text.lang in texts]
    for lang, words in texts.items():
        if lang not in written:
            row.texts.append(UpdateText(lang=lang, **words))
            continue
        for name, value in words.items():
            setattr(written[lang], name, value)
    if [each.petition_id for each in row.petitions] != list(links.petition_ids):
        # Places are taken anew, so the old ones go before the new ones come.
        row.petitions = []
        db.session.flush()
        row.petitions = _petitions(links.petition_ids)
    row.event_id = links.event_id
    if row.state == "published":
        _demand_whole(row)
    db.session.flush()
    return row


def move_update(*, update_id, revision, slug):
    """Give it another address; a public one leads on from the old. Raises UpdateSlugTaken, UpdateEditConflict."""
    row = update_to_change(update_id)
    if row.slug == slug:
        return row
    if revision != row.revision:
        raise UpdateEditConflict(f"the update is at revision {row.revision}, not {revision}")
    slugs.move(row, slug)
    return row


def publish_update(*, update_id, now, publish_at=None, time_zone=""):
    """Show it from `publish_at` on, or at once; of a published one, set another hour. Raises UpdateNotReady."""
    row = update_to_change(update_id)
    _demand_whole(row)
    is_on = row.state == "published" and row.publish_at <= now
    if publish_at or not is_on:
        row.publish_at = publish_at or now
    row.state = "published"
    row.time_zone = time_zone or row.time_zone
    row.revision += 1
    row.changed_at = now
    db.session.flush()
    return row


def withdraw_update(*, update_id, now):
    """Make it a draft again: its page is gone until it is published anew, and what is not mailed yet stays unsent."""
    row = update_to_change(update_id)
    row.state = "draft"
    row.publish_at = None
    row.revision += 1
    row.changed_at = now
    db.session.flush()
    return row


def faults_of(row):
    """Return what keeps it from going out, as pairs of the part that is lacking and the language."""
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


def update_to_change(update_id):
    """Return the update as it is now, and keep other editors out of it until the transaction ends."""
    return db.session.scalars(
        select(Update)
        .where(Update.id == update_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _at_revision(update_id, revision, now):
    row = update_to_change(update_id)
    if revision != row.revision:
        raise UpdateEditConflict(f"the update is at revision {row.revision}, not {revision}")
    row.revision += 1
    row.changed_at = now
    return row


def _demand_whole(row):
    faults = faults_of(row)
    if faults:
        raise UpdateNotReady(faults)


def _petitions(petition_ids):
    return [
        UpdatePetition(petition_id=each, position=place) for place, each in enumerate(petition_ids)
    ]
