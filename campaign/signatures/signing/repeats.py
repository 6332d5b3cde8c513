"""Repeat signings. They cost as much as first ones, and the worker answers them by email."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, or_, select, true, update

from campaign.db.upsert import insert_all
from campaign.extensions import db
from campaign.mail.operations import enqueue
from campaign.petitions.models import Petition
from campaign.signatures.models import NEW_FORM, RepeatSigning, Signature
from campaign.signatures.pending_forms import columns_of, form_row, waiting_forms
from campaign.signatures.signing.existing_signatures import insert_at, locked_rows

MAX_EMAILS = 5
# No longer than a double click. Otherwise we would ignore a real repeat without telling its
# supporter.
DOUBLE_CLICK = timedelta(seconds=1)
CONFIRMATION = "signature_confirmation"
# The same email about a later form. Its subject id is the row of the form.
FORM_CONFIRMATION = "signature_form_confirmation"
REPEAT = "signature_repeat"
PASSED_ON = "signature_passed_on"
# Tells people what was signed with their one-press link, so that a misuse is noticed.
PRESSED = "signature_pressed"
BATCH_SIZE = 100

_table: Table = Signature.__table__
_repeats: Table = RepeatSigning.__table__


def note_repeats(rows: Iterable[Mapping[str, Any]]) -> None:
    """Record, with one statement, forms from people whose address has signed already.

    `rows` are columns of a Signature. The worker decides later what to do with them, so that
    response times do not reveal who has signed.
    """
    insert_all(db.session.connection(), _repeats, [form_row(row) for row in rows])


REPEATS_WAIT = select(_repeats.c.id).where(NEW_FORM).exists()


def answer_repeats(*, now: datetime, good_for: timedelta, limit: int = BATCH_SIZE) -> int:
    """Answer up to `limit` repeat signings, oldest first, and return how many.

    Each becomes the second signature at an address or a form that waits for confirmation, or causes
    an email about the repeat. `good_for` is how long a link in an email is valid.
    """
    repeats = db.session.scalars(
        select(RepeatSigning)
        .where(NEW_FORM)
        .order_by(RepeatSigning.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    with_columns = [(row, columns_of(row)) for row in repeats]
    # All workers lock rows in the same order, so that they cannot deadlock.
    for row, columns in sorted(
        with_columns, key=lambda item: (item[1]["petition_id"], item[1]["email_digest"], item[0].id)
    ):
        _answer(row, columns, now, good_for)
    return len(repeats)


def _answer(
    repeat: RepeatSigning, columns: dict[str, Any], now: datetime, good_for: timedelta
) -> None:
    rows = locked_rows(columns)
    same_person = [row for row in rows if row.person_digest == columns["person_digest"]]
    # The first signature may have been erased since this form was sent. Then this one becomes the
    # first.
    if not rows or (not same_person and len(rows) == 1 and _may_share(rows[0], columns)):
        _insert_at(columns, 2 if rows else 1, now)
        _delete_repeat(repeat)
        return
    signature = (same_person or rows)[0]
    mail_options: dict[str, Any] = {"lang": columns["lang"], "now": now, "good_for": good_for}
    if signature.confirmed_at is not None and signature.state != "withdrawn":
        _delete_repeat(repeat)
        email_supporter(signature.id, REPEAT, **mail_options)
        return
    forms = waiting_forms(signature)
    same_form = next((form for form in forms if form.has_same_content(columns)), None)
    if same_form:
        _delete_repeat(repeat)
        mail_form(signature.id, same_form.id, **mail_options)
    else:
        # People who had confirmed and withdrew have no working link, whatever came before.
        has_link = signature.confirmed_at is None or any(form.mailed_at for form in forms)
        _await_confirmation(repeat, signature, is_needed=not has_link, **mail_options)


def _await_confirmation(
    repeat: RepeatSigning,
    signature: Signature,
    *,
    is_needed: bool,
    lang: str,
    now: datetime,
    good_for: timedelta,
) -> None:
    """Let the form wait for its own confirmation.

    Of the forms without a separate email, only the newest waits. The page of every link that
    was sent to the same address also lists it.
    """
    repeat.signature_id = signature.id
    db.session.flush()
    if not mail_form(
        signature.id,
        repeat.id,
        lang=lang,
        now=now,
        good_for=good_for,
        is_new=True,
        is_needed=is_needed,
    ):
        c = _repeats.c
        db.session.execute(
            delete(_repeats).where(
                c.signature_id == signature.id,
                c.mailed_at.is_(None),
                c.id != repeat.id,
                c.used_at.is_(None),
            )
        )


def _delete_repeat(repeat: RepeatSigning) -> None:
    db.session.delete(repeat)
    db.session.flush()


def mail_form(
    signature_id: int,
    form_id: int | None,
    *,
    lang: str,
    now: datetime,
    good_for: timedelta,
    is_new: bool = False,
    is_needed: bool = False,
) -> bool:
    """Queue the email that asks to confirm this form (None: the first one). Return whether it is.

    It goes as often as `email_supporter` allows.
    """
    if form_id is None:
        return email_supporter(signature_id, CONFIRMATION, lang, now=now, good_for=good_for)
    is_queued = email_supporter(
        signature_id,
        FORM_CONFIRMATION,
        lang,
        now=now,
        good_for=good_for,
        subject_id=form_id,
        is_new=is_new,
        is_needed=is_needed,
    )
    if is_queued:
        db.session.execute(update(_repeats).where(_repeats.c.id == form_id).values(mailed_at=now))
    return is_queued


def email_supporter(
    signature_id: int,
    kind: str,
    lang: str,
    *,
    now: datetime,
    good_for: timedelta,
    subject_id: int | None = None,
    is_new: bool = False,
    is_needed: bool = False,
) -> bool:
    """Queue one more email for the supporter, MAX_EMAILS at most, and return whether it is queued.

    No two go within DOUBLE_CLICK (a double click), unless the second is about a new form. After
    MAX_EMAILS a confirmation goes only if the last email's link expired after `good_for`, or if it
    `is_needed`. So someone who wants to can always confirm, and someone who abuses a stranger's
    address causes one email a week.
    """
    mail_count, mailed_at = _table.c.mail_count, _table.c.mailed_at
    is_due = [
        mailed_at.is_(None),
        mail_count < MAX_EMAILS
        if is_new
        else (mail_count < MAX_EMAILS) & (mailed_at <= now - DOUBLE_CLICK),
    ]
    if kind != REPEAT:
        is_due.append(mailed_at <= now - good_for)
    if is_needed:
        is_due.append(true())
    allowed = db.session.scalar(
        update(_table)
        .where(_table.c.id == signature_id, or_(*is_due))
        .values(mail_count=mail_count + 1, mailed_at=now)
        .returning(_table.c.id)
    )
    if allowed is not None:
        enqueue(kind=kind, subject_id=subject_id or signature_id, lang=lang)
    return allowed is not None


def _may_share(row: Signature, columns: Mapping[str, Any]) -> bool:
    """Return whether two people may share this address.

    The petition must allow it, the names differ and the postal codes are equal.
    """
    if not columns["postal_code"] or row.postal_code != columns["postal_code"]:
        return False
    return bool(
        db.session.scalar(
            select(Petition.two_per_address).where(Petition.id == columns["petition_id"])
        )
    )


def _insert_at(columns: Mapping[str, Any], position: int, now: datetime) -> None:
    """Insert the row beside the first or in its place, unless another process was quicker."""
    signature_id = insert_at(position, {**columns, "mailed_at": now})
    if signature_id is not None:
        enqueue(kind=CONFIRMATION, subject_id=signature_id, lang=columns["lang"])
