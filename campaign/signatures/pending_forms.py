"""Unconfirmed forms: what each one says, and which choice counts where they differ.

The signature's own row holds the first form. Each later form with the same address waits in a
separate row, with its own link.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Table, case, delete, null, select, update

from campaign.extensions import db
from campaign.process.clock import UtcDateTime
from campaign.signatures.models import NAME_DISPLAYS, RepeatSigning, Signature, shown_name
from campaign.text.email_addresses import is_same_address

# Two forms with the same values in these are one form that was sent again.
COMPARED = (
    *(
        "given_name",
        "family_name",
        "email",
        "country",
        "postal_code",
        "comment",
        "answers",
        "kind_data",
        "name_display",
        "subscribe",
        "tell_answer",
    ),
    *("lang", "version_id"),
)
# Columns that the row of a waiting form has itself. Its `form_data` holds the others.
OWN_COLUMNS = ("address_digest", "notice_id")
COPIED = (*COMPARED, "source", "created_at")
# These stay as they are: the signature's identity, its count of emails, and what only confirming
# decides.
_UNCHANGED = frozenset(
    {
        "position_at_address",
        "petition_id",
        "cause_id",
        "email_digest",
        "mail_count",
        "mailed_at",
        "reminders",
        "confirmed_at",
        "state",
        "held_reason",
    }
)
_table: Table = Signature.__table__
_INSTANTS = frozenset(column.name for column in _table.c if isinstance(column.type, UtcDateTime))
_DIGESTS = frozenset(column.name for column in _table.c if isinstance(column.type, LargeBinary))


@dataclass(frozen=True, slots=True)
class UnconfirmedForm:
    """What one form says. `id` is None for the first form, which is the signature's own row."""

    id: int | None
    columns: dict[str, Any]
    mailed_at: datetime | None

    def __getattr__(self, name: str) -> Any:
        try:
            return self.columns[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def full_name(self) -> str:
        """Return the whole name."""
        return shown_name("full", self.given_name, self.family_name)

    @property
    def shown_name(self) -> str:
        """Return the name as the form asks to show it."""
        return shown_name(self.name_display, self.given_name, self.family_name)

    def has_same_content(self, columns: Mapping[str, Any]) -> bool:
        """Return whether these columns say the same in all that is COMPARED."""
        return all(self.columns[name] == columns[name] for name in COMPARED)


def later_forms(signature_ids: Collection[int]) -> Sequence[RepeatSigning]:
    """Return the later forms of these signatures that are not confirmed, oldest first."""
    return db.session.scalars(
        select(RepeatSigning)
        .where(RepeatSigning.signature_id.in_(signature_ids), RepeatSigning.used_at.is_(None))
        .order_by(RepeatSigning.id)
        .execution_options(populate_existing=True)
    ).all()


def waiting_forms(
    signature: Signature, later: Sequence[RepeatSigning] | None = None
) -> list[UnconfirmedForm]:
    """Return the forms that can still be confirmed for this signature, oldest first.

    There are none once one is confirmed. `later` are its `later_forms`, if they are known.
    """
    is_withdrawn = signature.state == "withdrawn"
    if signature.state == "erased" or (signature.confirmed_at is not None and not is_withdrawn):
        return []
    rows = later_forms([signature.id]) if later is None else later
    # Withdrawing also withdraws every form that came before it.
    since = signature.withdrawn_at if is_withdrawn else None
    confirmable = [
        _form(row) for row in rows if row.form_data and (since is None or row.created_at > since)
    ]
    own = _own_form(signature)
    # The row may have been created from one of them (see form_retention).
    is_listed = any(
        form.created_at == own.created_at and form.has_same_content(own.columns)
        for form in confirmable
    )
    return confirmable if is_withdrawn or is_listed else [own, *confirmable]


def private_choices(forms: list[UnconfirmedForm]) -> dict[str, Any]:
    """Return the choices as recorded, whichever of these forms is confirmed.

    They are `name_display`, `subscribe` and `tell_answer`. Each is the most private choice of all
    forms. So someone else who knows an address can make its holder less visible, but never more
    visible than that person asked to be.
    """
    order = NAME_DISPLAYS[::-1]
    return {
        "name_display": min((form.name_display for form in forms), key=order.index),
        "subscribe": all(form.subscribe for form in forms),
        "tell_answer": all(form.tell_answer for form in forms),
    }


def copies_of_forms(signature: Signature) -> list[dict[str, Any]]:
    """Return the later forms with exactly the signature's address, for a download as JSON."""
    own_forms = [
        form
        for form in waiting_forms(signature)
        if form.id and is_same_address(form.email, signature.email)
    ]
    return [json_columns({name: form.columns[name] for name in COPIED}) for form in own_forms]


def form_by_id(form_id: int) -> RepeatSigning | None:
    """Return the row of a later form, or None."""
    return db.session.get(RepeatSigning, form_id, populate_existing=True)


def was_used(signature: Signature, form_id: int | None) -> bool:
    """Return whether this form is the one that was confirmed."""
    used = db.session.scalars(
        select(RepeatSigning.id).where(
            RepeatSigning.signature_id == signature.id, RepeatSigning.used_at.is_not(None)
        )
    ).all()
    return form_id in used if form_id is not None else not used


def sent_to(signature: Signature, form_id: int | None) -> str | None:
    """Return the address that the link to this form was sent to, or "" if it is no longer known."""
    if form_id is None:
        return signature.email if was_used(signature, None) else ""
    form = form_by_id(form_id)
    return form.form_data.get("email", "") if form else ""


def use_form(
    signature: Signature, form: UnconfirmedForm, forms: list[UnconfirmedForm], now: datetime
) -> None:
    """Copy `form` to the signature, confirm it, and empty all the waiting `forms`."""
    if form.id is not None:
        held_reason = form.held_reason
        # Signing again does not end a review.
        if signature.state == "withdrawn" or signature.rejected_at is not None:
            held_reason = held_reason or signature.held_reason
        for name in form.columns.keys() - _UNCHANGED:
            setattr(signature, name, form.columns[name])
        signature.held_reason = held_reason
        # Nobody has reviewed this form yet.
        signature.comment_read_at = signature.reviewed_at = signature.rejected_at = None
    for name, value in private_choices(forms).items():
        setattr(signature, name, value)
    signature.withdrawn_at = None
    signature.confirmed_at = now
    signature.state = "held" if signature.held_reason else "confirmed"
    db.session.flush()
    if form.id is not None or len(forms) > 1:
        c = RepeatSigning.__table__.c
        db.session.execute(
            update(RepeatSigning.__table__)
            .where(c.signature_id == signature.id)
            .values(
                form_data={},
                address_digest=None,
                used_at=case((c.id == form.id, now), else_=null()),
            )
        )


def forget_forms(signature_ids: Sequence[int]) -> None:
    """Delete all forms that wait for these signatures."""
    db.session.execute(
        delete(RepeatSigning.__table__).where(
            RepeatSigning.__table__.c.signature_id.in_(signature_ids)
        )
    )


def json_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns of a signature as JSON can hold them."""
    return {name: _json_value(value) for name, value in columns.items()}


def form_row(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a waiting form with these columns of a signature. See `columns_of`."""
    return {
        "petition_id": columns["petition_id"],
        "form_data": json_columns(
            {name: value for name, value in columns.items() if name not in OWN_COLUMNS}
        ),
        "created_at": columns["created_at"],
        **{name: columns[name] for name in OWN_COLUMNS},
    }


def columns_of(row: RepeatSigning) -> dict[str, Any]:
    """Return the columns of the signature that this form would create."""
    # Forms that were stored before this question was asked did not agree to it.
    columns = {"tell_answer": False, **row.form_data}
    for name in _INSTANTS & columns.keys():
        columns[name] = columns[name] and datetime.fromisoformat(columns[name])
    for name in _DIGESTS & columns.keys():
        columns[name] = columns[name] and bytes.fromhex(columns[name])
    return columns | {name: getattr(row, name) for name in OWN_COLUMNS}


def _form(row: RepeatSigning) -> UnconfirmedForm:
    return UnconfirmedForm(row.id, columns_of(row), row.mailed_at)


def _own_form(signature: Signature) -> UnconfirmedForm:
    columns = {column.name: getattr(signature, column.name) for column in _table.c}
    return UnconfirmedForm(None, columns, signature.mailed_at)


def _json_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else value
