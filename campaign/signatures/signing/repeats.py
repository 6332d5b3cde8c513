"""Repeat signings. They cost as much as first ones, and the worker answers them by email."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, true, update

from campaign.db.upsert import insert, insert_all
from campaign.extensions import db
from campaign.mail.operations import enqueue
from campaign.petitions.models import Petition
from campaign.signatures.models import NEW_FORM, RepeatSigning, Signature
from campaign.signatures.pending_forms import columns_of, packed, waiting_forms

MAX_EMAILS = 5
# No longer than a double click. Otherwise we would ignore a real repeat without telling its
# supporter.
QUIET = timedelta(seconds=1)
CONFIRMATION = "signature_confirmation"
# The same email about a later form. Its subject id is the row of the form.
FORM_CONFIRMATION = "signature_form_confirmation"
REPEAT = "signature_repeat"
PASSED_ON = "signature_passed_on"
BATCH = 100

_table = Signature.__table__
_repeats = RepeatSigning.__table__


def note_repeats(rows: Iterable[Mapping[str, Any]]) -> None:
    """Record, with one statement, forms from people whose address has signed already.

    `rows` are columns of a Signature. The worker decides later what to do with them, so that
    response times do not reveal who has signed.
    """
    noted = [
        {
            "petition_id": row["petition_id"],
            "words": packed(
                {name: value for name, value in row.items() if name != "address_digest"}
            ),
            "address_digest": row["address_digest"],
            "created_at": row["created_at"],
        }
        for row in rows
    ]
    insert_all(db.session.connection(), _repeats, noted)


def repeats_wait() -> bool:
    """Return whether any repeat signing waits for an answer."""
    return db.session.scalar(select(_repeats.c.id).where(NEW_FORM).limit(1)) is not None


def answer_repeats(*, now: datetime, good_for: timedelta, limit: int = BATCH) -> int:
    """Answer up to `limit` repeat signings, oldest first; return how many.

    Each becomes the second seat of a couple or a form that waits for confirmation, or causes an
    email about the repeat. `good_for` is how long a link in an email is valid.
    """
    came = db.session.scalars(
        select(RepeatSigning)
        .where(NEW_FORM)
        .order_by(RepeatSigning.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    read = [(row, columns_of(row)) for row in came]
    # All workers lock rows in the same order, so that they cannot deadlock.
    for row, fresh in sorted(
        read, key=lambda item: (item[1]["petition_id"], item[1]["email_digest"], item[0].id)
    ):
        _answer(row, fresh, now, good_for)
    return len(came)


def _answer(noted, fresh, now, good_for):
    rows = db.session.scalars(
        select(Signature)
        .where(
            Signature.petition_id == fresh["petition_id"],
            Signature.email_digest == fresh["email_digest"],
        )
        .order_by(Signature.seat)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    same_person = [row for row in rows if row.person_digest == fresh["person_digest"]]
    # The first signature may have been erased since this form was sent. Then this one becomes the
    # first.
    if not rows or (not same_person and len(rows) == 1 and _may_share(rows[0], fresh)):
        _take_seat(fresh, 2 if rows else 1, now)
        _drop(noted)
        return
    signature = (same_person or rows)[0]
    asked = {"lang": fresh["lang"], "now": now, "good_for": good_for}
    if signature.confirmed_at is not None and signature.state != "withdrawn":
        _drop(noted)
        mail_owner(signature.id, REPEAT, **asked)
        return
    forms = waiting_forms(signature)
    known = next((form for form in forms if form.says_the_same(fresh)), None)
    if known:
        _drop(noted)
        mail_form(signature.id, known.id, **asked)
    else:
        # People who had confirmed and withdrew have no working link, whatever came before.
        has_link = signature.confirmed_at is None or any(form.mailed_at for form in forms)
        _keep(noted, signature, is_needed=not has_link, **asked)


def _keep(noted, signature, *, is_needed, lang, now, good_for):
    """Let the form wait for its own confirmation.

    Of the forms that got no email of their own, only the newest waits. The page of every link that
    was sent to the same address also lists it.
    """
    noted.signature_id = signature.id
    db.session.flush()
    if not mail_form(
        signature.id,
        noted.id,
        lang=lang,
        now=now,
        good_for=good_for,
        is_new=True,
        is_needed=is_needed,
    ):
        here = _repeats.c
        db.session.execute(
            delete(_repeats).where(
                here.signature_id == signature.id,
                here.mailed_at.is_(None),
                here.id != noted.id,
                here.used_at.is_(None),
            )
        )


def _drop(noted):
    db.session.delete(noted)
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
    """Queue the email that asks to confirm this form (None: the first one); return whether it is.

    It goes as often as `mail_owner` allows.
    """
    if form_id is None:
        return mail_owner(signature_id, CONFIRMATION, lang, now=now, good_for=good_for)
    is_owed = mail_owner(
        signature_id,
        FORM_CONFIRMATION,
        lang,
        now=now,
        good_for=good_for,
        subject_id=form_id,
        is_new=is_new,
        is_needed=is_needed,
    )
    if is_owed:
        db.session.execute(update(_repeats).where(_repeats.c.id == form_id).values(mailed_at=now))
    return is_owed


def mail_owner(
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
    """Queue one more email for the supporter, MAX_EMAILS at most; return whether it is queued.

    No two go within QUIET (a double click), unless the second is about a new form. After MAX_EMAILS
    a confirmation goes only if the last email's link expired after `good_for`, or if it
    `is_needed`. So someone who wants to can always confirm, and someone who abuses a stranger's
    address causes one email a week.
    """
    mails, mailed_at = _table.c.mail_count, _table.c.mailed_at
    is_due = [
        mailed_at.is_(None),
        mails < MAX_EMAILS if is_new else (mails < MAX_EMAILS) & (mailed_at <= now - QUIET),
    ]
    if kind != REPEAT:
        is_due.append(mailed_at <= now - good_for)
    if is_needed:
        is_due.append(true())
    allowed = db.session.scalar(
        update(_table)
        .where(_table.c.id == signature_id, or_(*is_due))
        .values(mail_count=mails + 1, mailed_at=now)
        .returning(_table.c.id)
    )
    if allowed is not None:
        enqueue(kind=kind, subject_id=subject_id or signature_id, lang=lang)
    return allowed is not None


def _may_share(row, fresh):
    """Return whether two people may share this address.

    The petition must allow it, the names differ and the postal codes are equal.
    """
    if not fresh["postal_code"] or row.postal_code != fresh["postal_code"]:
        return False
    return db.session.scalar(
        select(Petition.two_per_address).where(Petition.id == fresh["petition_id"])
    )


def _take_seat(fresh, seat, now):
    """Insert the row beside the first or in its place, unless another process was quicker."""
    signature_id = db.session.scalar(
        insert(_table)
        .values({**fresh, "seat": seat, "mailed_at": now})
        .on_conflict_do_nothing(index_elements=["petition_id", "email_digest", "seat"])
        .returning(_table.c.id)
    )
    if signature_id is not None:
        enqueue(kind=CONFIRMATION, subject_id=signature_id, lang=fresh["lang"])
