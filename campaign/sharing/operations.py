"""Give out share texts, and change which ones there are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from campaign.db.upsert import insert
from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.i18n.fallbacks import nearest
from campaign.petitions.models import Petition
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.sharing.models import ShareAssignment, ShareText
from campaign.sharing.queries import texts_of
from campaign.signatures.models import Signature
from campaign.signatures.operations import confirm, queue_thanks
from campaign.signatures.signing import SignatureCommand, SignatureResult, accept_signatures
from campaign.signatures.signing.commands import Status

PURPOSE = "wording for a supporter"


def confirm_and_assign_text(
    *, signature_id: int, form_id: int | None, lang: str, now: datetime, good_for: timedelta
) -> int | None:
    """Confirm a form as `confirm` of signatures does, and give its supporter a share text.

    They see the text in `lang` on the page of their number, right after this.
    """
    confirmed_id = confirm(signature_id=signature_id, form_id=form_id, now=now, good_for=good_for)
    if confirmed_id is not None:
        petition_id = db.session.get_one(Signature, confirmed_id).petition_id
        note_confirmed(signature_id=confirmed_id, petition_id=petition_id, lang=lang, now=now)
    return confirmed_id


def accept_and_assign_text(*, command: SignatureCommand) -> SignatureResult:
    """Accept a signature that proves its mailbox, and give its supporter a share text.

    The email that tells them also thanks. Where it goes before a review, another one thanks after
    that.
    """
    [result] = accept_signatures(commands=[command])
    if result.signature_id is not None:
        if result.status is Status.HELD:
            queue_thanks(signature_id=result.signature_id, lang=command.lang)
        note_confirmed(
            signature_id=result.signature_id,
            petition_id=command.terms.id,
            lang=command.lang,
            now=command.received_at,
        )
    return result


def note_confirmed(*, signature_id: int, petition_id: int, lang: str, now: datetime) -> None:
    """Do what follows when supporters confirm a signature themselves, by its email or one press."""
    assign_text(signature_id=signature_id, petition_id=petition_id, lang=lang, now=now)


def assign_text(*, signature_id: int, petition_id: int, lang: str, now: datetime) -> None:
    """Give a supporter one of the share texts for readers of `lang`, unless they have one.

    The choice depends on the signature alone. A new text takes an equal share from all others.
    """
    texts = _texts_in(texts_of(petition_id), lang)
    if not texts:
        return
    text = max(
        texts, key=lambda text: keyed_digest(secret_key(), PURPOSE, f"{signature_id}:{text.id}")
    )
    db.session.execute(
        insert(ShareAssignment)
        .values(signature_id=signature_id, text_id=text.id, assigned_at=now)
        .on_conflict_do_nothing(index_elements=["signature_id"])
    )


def _texts_in(texts: Sequence[ShareText], lang: str) -> list[ShareText]:
    """Return the share texts in the nearest variety of `lang`: nobody shares another language."""
    chosen = nearest([text.lang for text in texts], lang)
    return [text for text in texts if text.lang == chosen]


def note_share(*, signature_id: int, now: datetime) -> None:
    """Record that a supporter pressed a share button. Only the first time counts."""
    db.session.execute(
        update(ShareAssignment)
        .where(ShareAssignment.signature_id == signature_id, ShareAssignment.shared_at.is_(None))
        .values(shared_at=now)
    )


def forget_assigned_texts(signature_ids: Collection[int]) -> None:
    """Delete which share texts the supporters of erased signatures were given."""
    db.session.execute(
        delete(ShareAssignment).where(ShareAssignment.signature_id.in_(signature_ids))
    )


def change_texts(
    *,
    petition_id: int,
    texts: Mapping[str, Sequence[str]],
    now: datetime,
    version: int | None = None,
) -> Sequence[ShareText]:
    """Set the petition's share texts, {language: [texts]}. Raises EditConflict.

    Current texts that are listed stay, and the others are retired. `version` is that of the
    petition's part `sharing` that the form showed, None without a form. Return all ShareTexts of
    the petition, retired ones too.
    """
    check_part(load_for_update(Petition, petition_id), "sharing", version)
    wanted = {(lang, wording) for lang, wordings in texts.items() for wording in wordings}
    current = texts_of(petition_id)
    for text in current:
        if (text.lang, text.body) not in wanted:
            text.retired_at = now
    existing = {(text.lang, text.body) for text in current}
    for lang, wordings in texts.items():
        for wording in dict.fromkeys(wordings):
            if (lang, wording) not in existing:
                db.session.add(
                    ShareText(petition_id=petition_id, lang=lang, body=wording, created_at=now)
                )
    db.session.flush()
    return db.session.scalars(select(ShareText).where(ShareText.petition_id == petition_id)).all()


def copy_texts(*, from_petition_id: int, to_petition_id: int, now: datetime) -> None:
    """Give a new petition the share texts that another one gives out now."""
    db.session.add_all(
        ShareText(petition_id=to_petition_id, lang=text.lang, body=text.body, created_at=now)
        for text in texts_of(from_petition_id)
    )
    db.session.flush()
