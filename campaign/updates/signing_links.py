"""The link to sign in the email of an update: with one press, where the reader signed before."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g
from flask_babel import force_locale
from sqlalchemy import select

from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.petitions.kinds import PETITION, kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petitions_with_ids
from campaign.sharing.next_petition import one_press_url
from campaign.signatures.models import Signature
from campaign.signatures.one_press.queries import causes_beside, is_confirmed, key_of
from campaign.subscriptions.models import Subscription
from campaign.text.email_addresses import is_same_address
from campaign.updates.models import Update


@dataclass(frozen=True, slots=True)
class SigningLink:
    """The petition or other action that an email asks to sign: its title, call and link.

    With `is_one_press`, one press signs with the name of the reader.
    """

    title: str
    title_lang: str
    call: str
    url: str
    is_one_press: bool


def signing_link(
    update: Update, reader: Subscription, lang: str, *, source: str, now: datetime
) -> SigningLink | None:
    """Return the link to the first related action that is open and the reader has not signed.

    None if there is none. `source` is the source code of signatures that come by it.
    """
    actions = _open_actions(update, now)
    if not actions:
        return None
    own = [row for row in _signatures_of(reader) if is_same_address(row.email, reader.email)]
    signed = {row.petition_id for row in own}
    action = next((item for item in actions if item.id not in signed), None)
    if action is None:
        return None
    signer = _signer(own, reader, _causes_beside(update))
    if signer is None or action.action_kind != PETITION:
        return _link(action, lang, _page_url(action, lang, source), is_one_press=False)
    return _link(
        action, lang, one_press_url(signer, action, lang, source=source), is_one_press=True
    )


def sample_link(update: Update, lang: str, *, now: datetime) -> SigningLink | None:
    """Return the link as someone who signed before gets it, but it opens the action's own page."""
    action = next(iter(_open_actions(update, now)), None)
    if action is None:
        return None
    url = absolute_url(kind_of(action.action_kind).show, lang, slug=action.slug)
    return _link(action, lang, url, is_one_press=action.action_kind == PETITION)


def load_signatures(email_digests: Collection[bytes]) -> None:
    """Read the signatures of these addresses, for many emails at once."""
    known: dict[bytes, list[Signature]] = g.setdefault("signatures_of_readers", {})
    known.update((digest, []) for digest in email_digests)
    for row in _signatures_with(email_digests) if email_digests else ():
        known[bytes(row.email_digest or b"")].append(row)


def _signatures_of(reader: Subscription) -> Sequence[Signature]:
    digest = bytes(reader.email_digest or b"")
    known: dict[bytes, list[Signature]] = g.get("signatures_of_readers", {})
    return known[digest] if digest in known else _signatures_with([digest])


def _signatures_with(email_digests: Collection[bytes]) -> Sequence[Signature]:
    return db.session.scalars(
        select(Signature).where(Signature.email_digest.in_(email_digests)).order_by(Signature.id)
    ).all()


def _signer(
    own: Iterable[Signature], reader: Subscription, cause_ids: Collection[int]
) -> Signature | None:
    """Return the newest confirmed signature of the reader for these causes, or None.

    Of two people who share an address, the reader is the one who subscribed by signing.
    """
    confirmed = [row for row in own if is_confirmed(row) and row.cause_id in cause_ids]
    subscribed = [key_of(row) for row in confirmed if row.id == reader.signature_id]
    names = subscribed or list({key_of(row) for row in confirmed})
    if len(names) != 1:
        return None
    return [row for row in confirmed if key_of(row) == names[0]][-1]


def _causes_beside(update: Update) -> Collection[int]:
    """Return the ids of all causes of the update's organisation, read once for a pass."""
    known: dict[int, Collection[int]] = g.setdefault("causes_beside_updates", {})
    if update.cause_id not in known:
        known[update.cause_id] = causes_beside(update.cause_id)
    return known[update.cause_id]


def _open_actions(update: Update, now: datetime) -> list[Petition]:
    """Return the open actions that an update is about, read once for all emails of a pass."""
    known: dict[int, list[Petition]] = g.setdefault("open_actions_of_updates", {})
    if update.id not in known:
        ids = [related.petition_id for related in update.petitions]
        by_id = {petition.id: petition for petition in petitions_with_ids(ids)}
        known[update.id] = [
            by_id[petition_id]
            for petition_id in ids
            if by_id[petition_id].state == "published" and by_id[petition_id].archived_at is None
        ]
    return [action for action in known[update.id] if action.phase(now) == "open"]


def _page_url(action: Petition, lang: str, source: str) -> str:
    show = kind_of(action.action_kind).show
    return absolute_url(show, lang, slug=action.slug, source=source)


def _link(action: Petition, lang: str, url: str, *, is_one_press: bool) -> SigningLink:
    text = action.current_version.text(lang, action.original_lang)
    with force_locale(locale_of(lang)):
        call = str(kind_of(action.action_kind).texts.call)
    return SigningLink(text.title, text.lang, call, url, is_one_press)
