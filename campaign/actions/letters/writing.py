"""Create letters in the transaction that counts the responses of their writers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import Table, select

from campaign.actions.letters.models import SENT_BY_US, WRITABLE, Letter
from campaign.actions.letters.operations import tell_writers
from campaign.actions.letters.text.letter_actions import (
    LetterAction,
    chosen_targets,
    load_letter_action,
)
from campaign.db.upsert import insert_all
from campaign.extensions import AnyRow, db
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.targets.models import TargetProfile
from campaign.targets.queries import profiles_by_ids
from campaign.text.email_addresses import AddressRefused

ROWS_PER_STATEMENT = 200

_signatures: Table = Signature.__table__
_letters: Table = Letter.__table__


class _Outcome(NamedTuple):
    """What becomes of a letter: its state, why it is not delivered, and its email address."""

    state: str
    reason: str
    address: str


def note_counted(*, signature_ids: Sequence[int], now: datetime) -> None:
    """Write the letters of these responses, which were just counted.

    A letter that cannot be delivered is written too, and its writer is told. Letters that exist do
    not change.
    """
    rows = db.session.execute(
        select(
            _signatures.c.id,
            _signatures.c.petition_id,
            _signatures.c.version_id,
            _signatures.c.lang,
            _signatures.c.given_name,
            _signatures.c.family_name,
            _signatures.c.email_digest,
            _signatures.c.country,
            _signatures.c.postal_code,
            _signatures.c.answers,
            _signatures.c.kind_data,
            _signatures.c.created_at,
            _signatures.c.confirmed_at,
        )
        .where(_signatures.c.id.in_(signature_ids))
        .order_by(_signatures.c.petition_id, _signatures.c.id)
    ).all()
    for petition_id, responses in groupby(rows, key=lambda row: row.petition_id):
        _write_letters(petition_id, list(responses), now)


def _write_letters(petition_id: int, responses: Sequence[AnyRow], now: datetime) -> None:
    ids = [response.id for response in responses]
    action = load_letter_action(petition_id, except_signatures=ids, now=now)
    written = {
        (row.signature_id, row.profile_id)
        for row in db.session.execute(
            select(_letters.c.signature_id, _letters.c.profile_id).where(
                _letters.c.signature_id.in_(ids)
            )
        )
    }
    chosen = {i for response in responses for i in chosen_targets(response.kind_data)}
    # Some may be targets of the action no longer.
    targets = _Targets(action, profiles_by_ids(chosen))
    rows = (
        row
        for response in responses
        for row in _letters_of(response, action, targets, now)
        if (row["signature_id"], row["profile_id"]) not in written
    )
    while chunk := list(islice(rows, ROWS_PER_STATEMENT)):
        inserted = insert_all(
            db.session.connection(),
            _letters,
            chunk,
            unless=("signature_id", "profile_id"),
            returning=("id", "signature_id", "reason"),
        )
        stopped = [row for row in inserted if row.reason]
        tell_writers({row.signature_id for row in stopped}, {row.id for row in stopped}, now=now)


def _digest(address: str) -> bytes | None:
    """Return the digest of a target's address, or None if no email can be sent to it anyway."""
    try:
        return tokens.email_digest(address)
    except AddressRefused:
        return None


class _Targets:
    """The chosen targets, and the digests of their addresses."""

    def __init__(self, action: LetterAction, profiles: Mapping[int, TargetProfile]) -> None:
        self.profiles = profiles
        self._current = action.targets.keys()
        self._digests = {
            profile_id: {_digest(email.address) for email in profile.emails}
            for profile_id, profile in action.targets.items()
        }

    def is_current(self, profile_id: int) -> bool:
        """Return whether the action still writes to this target."""
        return profile_id in self._current

    def is_person(self, profile_id: int, email_digest: bytes | None) -> bool:
        """Return whether an address of the target is the writer's own."""
        return email_digest is not None and email_digest in self._digests.get(profile_id, ())


def _letters_of(
    response: AnyRow, action: LetterAction, targets: _Targets, now: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the letters of one response.

    Targets that no longer exist share a row without a profile.
    """
    chosen = chosen_targets(response.kind_data)
    if not chosen:
        return
    texts = action.texts(response.version_id, response.lang)
    paragraphs = action.paragraphs(response.answers or {})
    likeness = action.likeness(texts, paragraphs)
    action.compare_with(paragraphs)
    writer = action.writer(
        given_name=response.given_name or "",
        family_name=response.family_name or "",
        country=response.country,
        postal_code=response.postal_code,
    )
    for profile in dict.fromkeys(targets.profiles.get(profile_id) for profile_id in chosen):
        letter = action.compose(profile, texts, paragraphs, writer)
        outcome = _outcome(response, action, targets, profile)
        yield {
            "signature_id": response.id,
            "petition_id": response.petition_id,
            "profile_id": profile and profile.id,
            "way": action.delivery_method(likeness),
            "state": outcome.state,
            "reason": outcome.reason,
            "lang": letter.lang,
            "target_name": letter.target_name,
            "subject": letter.subject,
            "body": letter.body,
            "personal_percent": likeness.personal_percent,
            "shares_address": bool((response.kind_data or {}).get("shares_address")),
            "address": outcome.address,
            "created_at": now,
            "stopped_at": now if outcome.reason else None,
        }


def _outcome(
    response: AnyRow, action: LetterAction, targets: _Targets, profile: TargetProfile | None
) -> _Outcome:
    """Return what becomes of a response's letter to one target. `profile` is None if it is gone."""
    if profile is None or not targets.is_current(profile.id):
        return _Outcome("stopped", "removed", "")
    address = next(
        (email.address for email in profile.listed_emails if email.status in WRITABLE), ""
    )
    is_sent_by_us = action.settings.delivery_method in SENT_BY_US
    if not is_sent_by_us:
        return _Outcome("done", "", address)
    if targets.is_person(profile.id, response.email_digest):
        return _Outcome("stopped", "own_address", "")
    if _has_ended(action, response):
        return _Outcome("stopped", "closed", "")
    if not address:
        asked_not = any(email.status == "asked_not" for email in profile.emails)
        return _Outcome("stopped", "refused" if asked_not else "no_address", "")
    return _Outcome("waiting", "", address)


def _has_ended(action: LetterAction, response: AnyRow) -> bool:
    """Return whether the action had ended when its writer confirmed, or signed at a table."""
    ends_at = action.petition.ends_at
    return ends_at is not None and (response.confirmed_at or response.created_at) >= ends_at
