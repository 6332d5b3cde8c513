"""The one thing that we ask people to do next, after their signature is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar, cast

from flask import g
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from campaign.events.hours import full_day, hours
from campaign.events.models import Event
from campaign.events.places import full_place
from campaign.events.queries import events_ahead
from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import published_petitions
from campaign.process.clock import utcnow
from campaign.sharing.next_petition import one_press_url
from campaign.sharing.referral_codes import code_of
from campaign.signatures.emails import petition_of_emails
from campaign.signatures.models import Signature
from campaign.text.email_addresses import is_same_address
from campaign.text.sentences import with_capital

ACTION, EVENT, SHARE = "action", "event", "share"
# More than enough to find an event that is not cancelled.
MAX_EVENTS = 10
Cached = TypeVar("Cached")
# {digest of an address: pairs of the exact address and the action that it signed}
SignedOfAddresses: TypeAlias = dict[bytes, list[tuple[str | None, int]]]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: `kind` is ACTION, EVENT or SHARE, and `label` that of the button to `url`.

    An action or an event has a `title` in the language `lang`. `details` are the day and the place.
    """

    kind: str
    url: str
    label: str
    title: str = ""
    lang: str = ""
    details: str = ""


def next_step_of(signature: Signature, lang: str) -> NextStep | None:
    """Return the next step for a supporter, in `lang`, or None.

    An open action of the cause comes first, if nobody has a confirmed response to it with exactly
    this address. Then comes the next event of the cause, then sharing. Nobody is asked to share a
    quiet petition.
    """
    now = utcnow()
    with force_locale(locale_of(lang)):
        return (
            _action_step(signature, lang, now)
            or _event_step(signature, lang, now)
            or _share_step(signature, lang)
        )


def share_url_of(signature: Signature, lang: str) -> str:
    """Return the supporter's own link to the action, or "" for a quiet petition."""
    petition = petition_of_emails(signature.petition_id)
    if petition.is_quiet:
        return ""
    show = kind_of(petition.action_kind).show
    return absolute_url(show, lang, slug=petition.slug, by=code_of(signature.id))


def note_signed(digests: list[bytes]) -> None:
    """Read what these addresses have signed with one query, for many emails in a pass."""
    signed: SignedOfAddresses = g.setdefault("signed_of_addresses", {})
    signed.update((digest, []) for digest in digests)
    # Anyone can send a form with any address, so an unconfirmed one must not change what its owner
    # is asked. Only the owner can withdraw it.
    rows = db.session.execute(
        select(Signature.email_digest, Signature.email, Signature.petition_id).where(
            Signature.email_digest.in_(digests),
            or_(Signature.confirmed_at.is_not(None), Signature.state == "withdrawn"),
        )
    )
    for digest, email, petition_id in rows:
        signed[cast(bytes, digest)].append((email, petition_id))


def _action_step(signature: Signature, lang: str, now: datetime) -> NextStep | None:
    signed = {signature.petition_id, *_signed_with(signature)}
    petition = next(
        (
            petition
            for petition in _petitions_of(signature.cause_id)
            if petition.id not in signed and petition.phase(now) == "open"
        ),
        None,
    )
    if petition is None:
        return None
    text = petition.current_version.text(lang, petition.original_lang)
    kind = kind_of(petition.action_kind)
    return NextStep(
        ACTION,
        one_press_url(signature, petition, lang),
        str(kind.texts.read_call),
        text.title,
        text.lang,
    )


def _event_step(signature: Signature, lang: str, now: datetime) -> NextStep | None:
    event = next(
        (
            event
            for event in _events_of(signature.cause_id, now)
            if event.state == "published" and event.starts_at > now
        ),
        None,
    )
    if event is None:
        return None
    text = event.text(lang)
    times = hours(event.starts_local, event.ends_local, lang)
    place = full_place(event, text)
    day = with_capital(full_day(event.starts_local, lang))
    details = " · ".join(filter(None, (f"{day}, {times}", place)))
    url = absolute_url("events.show", lang, slug=event.slug)
    return NextStep(EVENT, url, _("See the event"), text.title, text.lang, details)


def _share_step(signature: Signature, lang: str) -> NextStep | None:
    petition = petition_of_emails(signature.petition_id)
    if petition.is_quiet:
        return None
    collection = kind_of(petition.action_kind).collection
    url = absolute_url(
        "sharing.show", lang, kind=collection, slug=petition.slug, code=code_of(signature.id)
    )
    return NextStep(SHARE, url, _("Share it"))


def _signed_with(signature: Signature) -> set[int]:
    """Return the ids of the actions that were responded to with exactly its email address.

    Other spellings of the address are someone else's.
    """
    digest = signature.email_digest
    if digest is None:
        return set()
    if digest not in g.get("signed_of_addresses", {}):
        note_signed([digest])
    signed: SignedOfAddresses = g.signed_of_addresses
    return {
        petition_id
        for email, petition_id in signed[digest]
        if is_same_address(email, signature.email)
    }


def _petitions_of(cause_id: int) -> list[Petition]:
    """Return the public actions of a cause, read once for all emails of a pass."""
    return _once("actions_of_emails", cause_id, lambda: list(published_petitions(cause_id)))


def _events_of(cause_id: int, now: datetime) -> list[Event]:
    return _once(
        "events_of_emails",
        cause_id,
        lambda: list(events_ahead(now, cause_id=cause_id, limit=MAX_EVENTS)),
    )


def _once(name: str, key: int, read: Callable[[], Cached]) -> Cached:
    values: dict[int, Cached] = g.setdefault(name, {})
    if key not in values:
        values[key] = read()
    return values[key]
