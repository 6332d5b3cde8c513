"""Classify each row of a batch: new, new but held, duplicate, wrong (and why), or left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from campaign.extensions import db
from campaign.imports.checking import Checker, ValidatedRow
from campaign.signatures.models import Signature
from campaign.signatures.moderation.rules import first_reason, matchers_for
from campaign.signatures.signing.commands import Evidence, SignatureCommand
from campaign.signatures.signing.operations import find_repeats

BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class Item:
    """A row that is not imported yet.

    `typed` is its text by field. `error_code` is set if the row itself is broken, and `left_out` if
    an organizer excluded it.
    """

    row_number: int
    typed: dict[str, str]
    error_code: str = ""
    left_out: bool = False


@dataclass(slots=True)
class ClassifiedRow:
    """A row with its outcome and `outcome_details`, as in ImportRow.

    `command` creates its signature.
    """

    row_number: int
    outcome: str
    outcome_details: dict[str, Any] = field(default_factory=dict)
    checked: ValidatedRow | None = None
    command: SignatureCommand | None = None


def classify(checker: Checker, items: Iterable[Item]) -> list[ClassifiedRow]:
    """Return the ClassifiedRow of each Item, in order. Reads the database and changes nothing."""
    matchers = matchers_for(checker.terms)
    rows = [_classify(checker, matchers, item) for item in items]
    possible = [(row, row.checked.key) for row in rows if row.command and row.checked]
    commands = [row.command for row in rows if row.command]
    doubles = [
        (row, key)
        for (row, key), is_repeat in zip(possible, find_repeats(commands=commands), strict=True)
        if is_repeat
    ]
    owners = _owners(checker.terms.id, [key for _, key in doubles])
    first_rows: dict[tuple[bool, bytes], int] = {}
    for row, key in possible:
        first_rows.setdefault(key, row.row_number)
    for double, key in doubles:
        double.outcome, double.outcome_details = (
            "duplicate",
            owners.get(key) or {"row": first_rows[key]},
        )
    return rows


def leave_out_wrong_rows(rows: list[ClassifiedRow]) -> list[ClassifiedRow]:
    """Mark the wrong rows as left out and return all rows."""
    for row in rows:
        if row.outcome == "wrong":
            row.outcome, row.outcome_details = "left_out", {}
    return rows


def _classify(checker: Checker, matchers: Any, item: Item) -> ClassifiedRow:
    if item.left_out:
        return ClassifiedRow(item.row_number, "left_out")
    if item.error_code:
        return ClassifiedRow(item.row_number, "wrong", {"row": item.error_code})
    checked = checker.check(item.typed)
    if checked.faults or checked.supporter is None or checked.signed_at is None:
        return ClassifiedRow(item.row_number, "wrong", checked.faults)
    reason = first_reason(matchers, checked.supporter.rule_input(mail_domain=checked.mail_domain))
    command = SignatureCommand(
        terms=checker.terms,
        supporter=checked.supporter,
        lang=checked.lang,
        signed_at=checked.signed_at,
        received_at=checker.context.now,
        evidence=Evidence.PAPER,
        is_confirmed=True,
        held_reason=reason,
        notes_repeat=False,
    )
    return ClassifiedRow(item.row_number, "held" if reason else "new", {}, checked, command)


def _owners(
    petition_id: int, keys: Sequence[tuple[bool, bytes]]
) -> dict[tuple[bool, bytes], dict[str, Any]]:
    """Return {key: its id, evidence and state} for the keys that have signed already."""
    owners = {}
    for has_address, column in ((True, Signature.email_digest), (False, Signature.person_digest)):
        digests = [digest for is_address, digest in keys if is_address is has_address]
        for start in range(0, len(digests), BATCH_SIZE):
            query = (
                select(column, Signature.id, Signature.evidence, Signature.state)
                .where(
                    Signature.petition_id == petition_id,
                    column.in_(digests[start : start + BATCH_SIZE]),
                )
                .order_by(Signature.id.desc())
            )
            for digest, signature_id, evidence, state in db.session.execute(query):
                owners[has_address, bytes(digest or b"")] = {
                    "of": signature_id,
                    "evidence": evidence,
                    "state": state,
                }
    return owners
