"""Dealing out wordings, and changing which there are."""

from sqlalchemy import delete, select, update

from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.i18n.locales import LOCALES
from campaign.petitions.editing import EditConflict
from campaign.petitions.operations import petition_to_change
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.sharing.models import ShareDeal, ShareText
from campaign.sharing.queries import mark_of, texts_of

PURPOSE = "wording for a supporter"


def deal(*, signature_id, petition_id, lang, now):
    """Hand the owner of a signature one of the wordings there are in `lang`, and note which; whoever has one keeps it.

    Who gets which hangs on the signature alone. A wording that is added takes its share from all others alike.
    """
    texts = [text for text in texts_of(petition_id) if text.lang == lang]
    if not texts:
        return
    text = max(
        texts, key=lambda text: keyed_digest(secret_key(), PURPOSE, f"{signature_id}:{text.id}")
    )
    db.session.execute(
        insert(ShareDeal)
        .values(signature_id=signature_id, text_id=text.id, dealt_at=now)
        .on_conflict_do_nothing(index_elements=["signature_id"])
    )


def note_share(*, signature_id, now):
    """Note that the owner of a signature has pressed a way to pass it on; only the first time counts."""
    db.session.execute(
        update(ShareDeal)
        .where(ShareDeal.signature_id == signature_id, ShareDeal.shared_at.is_(None))
        .values(shared_at=now)
    )


def forget_deals(signature_ids):
    """Forget which wordings the owners of erased signatures were handed."""
    db.session.execute(delete(ShareDeal).where(ShareDeal.signature_id.in_(signature_ids)))


def change_texts(*, petition_id, texts, now, mark=None):
    """Let there be these wordings, {language: [words]}; those that are there already go on, others are handed out no more.

    `mark` is what `mark_of` told the editor, None where nobody had a page before their eyes. Raises EditConflict.
    """
    petition_to_change(petition_id)
    wanted = {(lang, words) for lang in LOCALES for words in texts.get(lang, ())}
    standing = texts_of(petition_id)
    if mark is not None and mark != mark_of(standing):
        raise EditConflict(f"the wordings of petition {petition_id}")
    for text in standing:
        if (text.lang, text.words) not in wanted:
            text.retired_at = now
    there = {(text.lang, text.words) for text in standing}
    for lang in LOCALES:
        for words in dict.fromkeys(texts.get(lang, ())):
            if (lang, words) not in there:
                db.session.add(
                    ShareText(petition_id=petition_id, lang=lang, words=words, created_at=now)
                )
    db.session.flush()
    return db.session.scalars(select(ShareText).where(ShareText.petition_id == petition_id)).all()
