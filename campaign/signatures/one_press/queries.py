"""Find out who may sign what with one press: the person of a code, and the petitions left."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.kinds import PETITION
from campaign.petitions.models import Petition, phase_of
from campaign.petitions.queries import petition_by_id, petitions_with_ids
from campaign.security.dated_tokens import has_ended
from campaign.signatures.models import Signature
from campaign.signatures.one_press.tokens import claim_of, is_made_for
from campaign.signatures.queries import signature_by_id, signatures_of_address
from campaign.text.email_addresses import is_same_address
from campaign.text.names import name_key


class LinkState(StrEnum):
    """What a one-press link is worth: it signs, its time is over, or it no longer holds."""

    GOOD = "good"
    ENDED = "ended"
    VOID = "void"


class PressLink(NamedTuple):
    """A valid one-press link: its petition, and the signature that names its supporter.

    That is the newest one of the person of the code under another petition. `state` says whether
    the link still holds.
    """

    petition: Petition
    source: Signature
    state: LinkState


def press_link(token: str) -> PressLink | None:
    """Return the PressLink that `token` opens, or None if we never made it or it opens nothing.

    Of a link that no longer holds, only the petition may be shown.
    """
    claim = claim_of(token)
    anchor = signature_by_id(claim.signature_id) if claim else None
    if claim is None or anchor is None or not is_made_for(token, claim.petition_id, anchor):
        return None
    petition = petition_by_id(claim.petition_id)
    if petition is None or petition.state == "draft" or petition.cause.state == "draft":
        return None
    if has_ended(token):
        return PressLink(petition, anchor, LinkState.ENDED)
    source = newest_of_person(anchor, except_petition=petition.id)
    # Nobody's data crosses to another organisation, even if the petition moved there since.
    if source is None or organisation_of(anchor) != petition.cause.organisation_id:
        return PressLink(petition, anchor, LinkState.VOID)
    return PressLink(petition, source, LinkState.GOOD)


def newest_of_person(anchor: Signature, *, except_petition: int) -> Signature | None:
    """Return this person's newest confirmed signature with exactly this address, or None.

    It is one of the same organisation, but not under the petition to be signed. Otherwise the page
    would change when the person signs, and would reveal it to anyone who was forwarded the email.
    None if the person withdrew or erased the signature itself.
    """
    if not is_confirmed(anchor):
        return None
    causes = causes_beside(anchor.cause_id)
    own = [
        row
        for row in _confirmed_of(anchor)
        if is_same_person(row, anchor)
        and row.cause_id in causes
        and row.petition_id != except_petition
    ]
    return max(own, key=lambda row: (row.confirmed_at, row.id), default=anchor)


def is_confirmed(signature: Signature) -> bool:
    """Return whether this signature is confirmed, and was not withdrawn or erased since."""
    return (
        signature.confirmed_at is not None
        and signature.email_digest is not None
        and signature.state not in ("withdrawn", "erased")
    )


def is_same_person(one: Signature, other: Signature) -> bool:
    """Return whether two signatures have the same exact address and name.

    The name is enough: a person who has moved since is still the same one.
    """
    return is_same_address(one.email, other.email) and key_of(one) == key_of(other)


def key_of(signature: Signature) -> str:
    """Return the name of a signature as people are compared by it."""
    return name_key(signature.given_name or "", signature.family_name or "")


def organisation_of(signature: Signature) -> int | None:
    """Return the id of the organisation that this signature was given to."""
    return db.session.scalar(select(Cause.organisation_id).where(Cause.id == signature.cause_id))


def own_signature(source: Signature, petition_id: int, name: str) -> Signature | None:
    """Return the signature of this address and name under another petition, or None.

    It may be in any state. `name` is as `key_of` returns it.
    """
    signed = _signed_at(source, [petition_id])[petition_id]
    return next((row for row in signed if key_of(row) == name), None)


def is_taken(source: Signature, petition_id: int) -> bool:
    """Return whether another person signed the petition with exactly this address."""
    return any(is_confirmed(row) for row in _signed_at(source, [petition_id])[petition_id])


def petitions_to_sign(source: Signature, now: datetime, lang: str) -> list[Petition]:
    """Return the open petitions of the same organisation that this person can still sign.

    Those of the same cause come first, and among them those that can be read in `lang`.
    """
    ids = _open_petitions(source, now)
    signed = _signed_at(source, ids)
    petitions = {petition.id: petition for petition in petitions_with_ids(ids)}
    to_sign = (
        petitions[petition_id]
        for petition_id in ids
        if has_place(source, petitions[petition_id], signed[petition_id])
    )
    return sorted(
        to_sign,
        key=lambda petition: (petition.cause_id != source.cause_id, not _is_in(petition, lang)),
    )


def has_place(source: Signature, petition: Petition, signed: Sequence[Signature]) -> bool:
    """Return whether the person can sign: first at the address, or as the second of a couple.

    `signed` are the signatures under the petition with exactly this address. Those with other
    spellings are someone else's, and must not show in what we offer.
    """
    if not signed:
        return True
    if len(signed) > 1 or not petition.two_per_address:
        return False
    [other] = signed
    return (
        key_of(other) != key_of(source)
        and bool(source.postal_code)
        and other.postal_code == source.postal_code
    )


def _confirmed_of(anchor: Signature) -> Iterable[Signature]:
    rows = signatures_of_address(anchor.email_digest or b"", anchor.email)
    return (row for row in rows if is_confirmed(row))


def causes_beside(cause_id: int) -> Collection[int]:
    """Return the ids of all causes of the organisation of this cause."""
    organisation = select(Cause.organisation_id).where(Cause.id == cause_id).scalar_subquery()
    return set(db.session.scalars(select(Cause.id).where(Cause.organisation_id == organisation)))


def _open_petitions(source: Signature, now: datetime) -> list[int]:
    rows = db.session.execute(
        select(Petition.id, Petition.state, Petition.opens_at, Petition.closes_at)
        .join(Petition.cause)
        .where(
            Petition.cause_id.in_(causes_beside(source.cause_id)),
            Petition.state == "published",
            Petition.archived_at.is_(None),
            Petition.action_kind == PETITION,
            Cause.state == "published",
        )
        .order_by(Petition.cause_id, Petition.position, Petition.id)
    ).all()
    return [row.id for row in rows if phase_of(row, now) == "open"]


def _signed_at(source: Signature, petition_ids: Collection[int]) -> dict[int, list[Signature]]:
    """Return the signatures with exactly the address of `source`, by petition."""
    signed: dict[int, list[Signature]] = defaultdict(list)
    for row in signatures_of_address(source.email_digest or b"", source.email):
        if row.petition_id in petition_ids:
            signed[row.petition_id].append(row)
    return signed


def _is_in(petition: Petition, lang: str) -> bool:
    text = petition.current_version.text(lang, petition.original_lang)
    return text.lang.partition("-")[0] == lang.partition("-")[0]
