"""Signing: the only way in which a signature enters, from wherever it comes.

The signing form, its embedded copy, partners (API), tablets and paper all end in
`accept_signatures`. It writes whole batches with a few statements, and a single signature is a
batch of one.

- Signatures that people or partners **submit** only insert rows, with the same statements for a
  first signature and for a repeat. So neither the answer nor its time reveals who has signed.
- Signatures that were **collected** by a witness, at a table or on paper, are compared with those
  already stored. A witness confirms what the same person signed online.
- Signatures whose supporter **proved the mailbox** with a link from an email are confirmed at once.

A form from someone who has signed already is a *repeat*. It is noted and changes nothing at once.
The worker emails the supporter (see `repeats`), unless the command leaves that to its caller.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from campaign.db.upsert import ANY_UNIQUE, insert_all
from campaign.errors import CampaignError
from campaign.extensions import db, write_together
from campaign.mail.operations import enqueue_many
from campaign.petitions.models import Petition, phase_of
from campaign.signatures.models import Signature
from campaign.signatures.name_display import more_private
from campaign.signatures.signing.columns import (
    collected_columns,
    is_emailed,
    repeat_columns,
    submitted_columns,
)
from campaign.signatures.signing.commands import (
    Evidence,
    SignatureCommand,
    SignatureResult,
    Status,
    phase_error,
)
from campaign.signatures.signing.existing_signatures import ExistingSignatures, Position, Signer
from campaign.signatures.signing.proven import settle_proven
from campaign.signatures.signing.repeats import (
    CONFIRMATION,
    PASSED_ON,
    PRESSED,
    note_repeats,
)

MAX_BATCH_SIZE = 200

_table: Table = Signature.__table__
_petition = Petition.__table__.c
_PHASE = select(_petition.state, _petition.opens_at, _petition.closes_at).where(
    _petition.id == bindparam("id")
)
_ADDRESS_KEY = ("petition_id", "email_digest", "position_at_address")
_KEY = ("petition_id", "email_digest", "person_digest", "position_at_address")


def accept_signatures(*, commands: Sequence[SignatureCommand]) -> list[SignatureResult]:
    """Store these signatures in the current transaction and return their results, in order.

    The emails that they cause are queued in the same transaction. The runner gives the signatures
    their numbers.
    """
    results: dict[int, SignatureResult] = {}
    for is_collected, accept in ((False, _accept_submitted), (True, _accept_collected)):
        indexes = [
            index
            for index, command in enumerate(commands)
            if command.evidence.is_collected is is_collected
        ]
        for start in range(0, len(indexes), MAX_BATCH_SIZE):
            batch = indexes[start : start + MAX_BATCH_SIZE]
            results |= zip(batch, accept([commands[index] for index in batch]), strict=True)
    return [results[index] for index in range(len(commands))]


def accept_in_group(command: SignatureCommand) -> SignatureResult:
    """Accept a signature durably, in one transaction with others that arrive at the same time.

    A random pause hides how long that took (see `Transactions.write_together`). Raises
    DATABASE_AWAY.
    """
    result: SignatureResult = write_together(_accept_group, command)
    return result


def find_repeats(*, commands: Sequence[SignatureCommand]) -> list[bool]:
    """Return for each collected signature whether it would be a repeat. Change nothing.

    It repeats a stored signature or an earlier one of these.
    """
    existing = ExistingSignatures()
    signers = [_signer(command) for command in commands]
    for start in range(0, len(signers), MAX_BATCH_SIZE):
        existing.look_up(signers[start : start + MAX_BATCH_SIZE])
    return [existing.add(signer) is None for signer in signers]


def _accept_group(commands: Sequence[SignatureCommand]) -> list[SignatureResult]:
    return accept_signatures(commands=commands)


def _accept_submitted(commands: Sequence[SignatureCommand]) -> list[SignatureResult]:
    """Insert the signatures of new addresses with one statement and note the repeats with another.

    The phase of each petition is checked again, because the terms may be a moment old.
    """
    errors = _phase_errors(commands)
    # All writers insert in the same order, so that two processes cannot deadlock.
    indexes = sorted(
        (index for index, error in enumerate(errors) if error is None),
        key=lambda index: _address(commands[index]),
    )
    rows = insert_all(
        db.session.connection(),
        _table,
        [submitted_columns(commands[index]) for index in indexes],
        unless=_ADDRESS_KEY,
        returning=("id", "petition_id", "email_digest"),
    )
    ids = {(petition_id, bytes(digest)): row_id for row_id, petition_id, digest in rows}
    # Of several commands with one address, only the first one gets the row.
    id_at = {index: ids.pop(_address(commands[index]), None) for index in indexes}
    id_at |= {
        index: _settle_proven(commands[index])
        for index in indexes
        if commands[index].proves_mailbox and id_at[index] is None
    }
    results = [
        SignatureResult(Status.REFUSED, error=error) if error else _result(command, id_at[index])
        for index, (command, error) in enumerate(zip(commands, errors, strict=True))
    ]
    _queue_emails(commands, results)
    _note_repeats(commands, results)
    return results


def _settle_proven(command: SignatureCommand) -> int | None:
    return settle_proven(
        columns=submitted_columns(command),
        form_columns=repeat_columns(command),
        may_share=command.terms.two_per_address,
        now=command.received_at,
    )


def _phase_errors(commands: Sequence[SignatureCommand]) -> list[CampaignError | None]:
    rows = {
        petition_id: db.session.execute(_PHASE, {"id": petition_id}).one()
        for petition_id in {command.terms.id for command in commands}
    }
    return [
        phase_error(phase_of(rows[command.terms.id], command.received_at), command.terms.slug)
        for command in commands
    ]


def _accept_collected(commands: Sequence[SignatureCommand]) -> list[SignatureResult]:
    """Insert or confirm the signatures of people who have not signed, with a few statements."""
    signers = [_signer(command) for command in commands]
    existing = ExistingSignatures()
    existing.look_up(signers)
    positions = [existing.add(signer) for signer in signers]
    new_rows = [
        collected_columns(command, position.number)
        for command, position in zip(commands, positions, strict=True)
        if position and not position.pending_id
    ]
    # All writers insert in the same order, so that two processes cannot deadlock.
    rows = insert_all(
        db.session.connection(),
        _table,
        sorted(new_rows, key=lambda columns: _person_key(*(columns[name] for name in _KEY))),
        unless=ANY_UNIQUE,
        returning=("id", *_KEY),
    )
    ids = {_person_key(*key): row_id for row_id, *key in rows}
    # Another writer may have been quicker since we looked.
    results = [
        _result(command, _stored_id(command, position, ids))
        for command, position in zip(commands, positions, strict=True)
    ]
    _queue_emails(commands, results)
    _note_repeats(commands, results)
    return results


def _stored_id(
    command: SignatureCommand,
    position: Position | None,
    ids: dict[tuple[int, bytes, int, bool], int],
) -> int | None:
    if position is None:
        return None
    if position.pending_id:
        return _take_over(position.pending_id, collected_columns(command, position.number))
    supporter = command.supporter
    key = (command.terms.id, supporter.email_digest, supporter.person_digest, position.number)
    return ids.get(_person_key(*key))


def _take_over(row_id: int, columns: dict[str, Any]) -> int | None:
    """Replace a pending signature's data with what a witness saw and return its id.

    It keeps its email address if none was given now. Someone else may have entered either of the
    two, so the more private choice wins. The more private display applies. The comment stays only
    if both are equal, and news or answers only if both asked for them.
    """
    is_pending = (_table.c.id == row_id) & (_table.c.state == "pending")
    c = _table.c
    choices = (c.name_display, c.comment, c.subscribe, c.tell_answer)
    row = db.session.execute(select(*choices).where(is_pending).with_for_update()).first()
    if row is None:
        return None
    unchanged = {"position_at_address", "mail_count", "mailed_at", "reminders"}
    if not columns["email_digest"]:
        unchanged |= {"email", "email_digest"}
    if columns["kiosk_id"] is None:
        unchanged |= {"kiosk_id", "shift_id", "event_id"}
    requested = columns["name_display_requested"] or columns["name_display"]
    display = more_private(columns["name_display"], row.name_display)
    values = {name: value for name, value in columns.items() if name not in unchanged} | {
        "name_display": display,
        "name_display_requested": ""
        if requested == more_private(requested, display)
        else requested,
        "comment": columns["comment"] if columns["comment"] == row.comment else "",
        "subscribe": columns["subscribe"] and row.subscribe,
        "tell_answer": columns["tell_answer"] and row.tell_answer,
    }
    statement = update(_table).where(is_pending).values(**values).returning(_table.c.id)
    return cast(int | None, db.session.scalar(statement))


def _queue_emails(commands: Sequence[SignatureCommand], results: Sequence[SignatureResult]) -> None:
    """Queue, with one statement, the emails about new signatures.

    They ask to confirm, or tell that the signature counts: a partner passed it on, or its supporter
    signed with one press. Witnessed signatures cause none here.
    """
    messages = [
        {
            "kind": _email_kind(command),
            "subject_id": result.signature_id,
            "lang": command.lang,
        }
        for command, result in zip(commands, results, strict=True)
        if result.is_new and is_emailed(command)
    ]
    if messages:
        enqueue_many(messages)


def _email_kind(command: SignatureCommand) -> str:
    if command.proves_mailbox:
        return PRESSED
    return PASSED_ON if command.evidence == Evidence.API else CONFIRMATION


def _note_repeats(commands: Sequence[SignatureCommand], results: Sequence[SignatureResult]) -> None:
    """Note, with one statement, the forms of people who have signed already.

    It costs as much as queueing the email of a first signature. Without an address there is nobody
    to email.
    """
    rows = [
        repeat_columns(command)
        for command, result in zip(commands, results, strict=True)
        if result.status == Status.REPEAT
        and command.notes_repeat
        and not command.proves_mailbox
        and command.supporter.email_digest
    ]
    if rows:
        note_repeats(rows)


def _result(command: SignatureCommand, signature_id: int | None) -> SignatureResult:
    if signature_id is None:
        return SignatureResult(Status.REPEAT)
    return SignatureResult(command.state, signature_id)


def _signer(command: SignatureCommand) -> Signer:
    return Signer(
        petition_id=command.terms.id,
        email_digest=command.supporter.email_digest,
        person_digest=command.supporter.person_digest,
        postal_code=command.supporter.postal_code,
        may_share=command.terms.two_per_address,
        is_witnessed=command.is_confirmed,
    )


def _address(command: SignatureCommand) -> tuple[int, bytes]:
    return command.terms.id, command.supporter.email_digest or b""


def _person_key(
    petition_id: int, email_digest: bytes | None, person_digest: bytes, position: int
) -> tuple[int, bytes, int, bool]:
    """Return a unique key of a row: the petition with address and position, or with the person."""
    return petition_id, bytes(email_digest or person_digest), position, bool(email_digest)
