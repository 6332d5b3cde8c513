"""Settle signatures that prove their mailbox, where someone signed with the same address before.

A one-press link comes by email, so pressing its button confirms the signature at once. It is no
secret to that person whether they have signed already.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from campaign.extensions import db
from campaign.signatures.models import RepeatSigning, Signature
from campaign.signatures.pending_forms import form_row, use_form, waiting_forms
from campaign.signatures.signing.existing_signatures import insert_at, locked_rows
from campaign.signatures.signing.repeats import REPEAT, email_supporter, note_repeats
from campaign.text.email_addresses import is_same_address
from campaign.text.names import name_key

# People who press twice, or open the link in two tabs, need not be told by email.
SAME_VISIT = timedelta(minutes=10)
NO_LIMIT = timedelta(0)


def settle_proven(
    *,
    columns: Mapping[str, Any],
    form_columns: Mapping[str, Any],
    may_share: bool,
    now: datetime,
) -> int | None:
    """Sign where the address has a signature already and return the confirmed row's id, or None.

    `columns` are those of the confirmed signature, and `form_columns` those of the same form
    before anyone confirms it. An unconfirmed signature of the same person is confirmed by this form
    alone. A confirmed one stays as it is, and a withdrawn one is not brought back. The second of a
    couple gets the second position. Any other person's form waits for its own confirmation.
    """
    rows = locked_rows(columns)
    own = next((row for row in rows if _is_own(row, columns)), None)
    if own is not None:
        return _settle_own(own, form_columns, now)
    if not rows or (may_share and _is_partner(rows, columns)):
        return insert_at(2 if rows else 1, columns)
    note_repeats([form_columns])
    return None


def _is_own(row: Signature, columns: Mapping[str, Any]) -> bool:
    # A person who has moved since is still the same one, so the postal code does not count.
    name = name_key(columns["given_name"], columns["family_name"])
    return is_same_address(row.email, columns["email"]) and name == _name_of(row)


def _name_of(row: Signature) -> str:
    return name_key(row.given_name or "", row.family_name or "")


def _is_partner(rows: Sequence[Signature], columns: Mapping[str, Any]) -> bool:
    if len(rows) != 1 or not columns["postal_code"]:
        return False
    [other] = rows
    name = name_key(columns["given_name"], columns["family_name"])
    return other.postal_code == columns["postal_code"] and name != _name_of(other)


def _settle_own(own: Signature, form_columns: Mapping[str, Any], now: datetime) -> int | None:
    if own.state == "withdrawn":
        return None
    if own.confirmed_at is not None:
        if own.confirmed_at <= now - SAME_VISIT:
            # Another reader of the email may have pressed the button, so the supporter is told.
            email_supporter(own.id, REPEAT, own.lang, now=now, good_for=NO_LIMIT)
        return None
    row = RepeatSigning(
        **{**form_row(form_columns), "signature_id": own.id, "created_at": now},
    )
    db.session.add(row)
    db.session.flush()
    forms = waiting_forms(own)
    use_form(own, next(form for form in forms if form.id == row.id), forms, now)
    return own.id
