"""Whoever signs again: the signing itself costs what a first one costs, and the worker answers the owner by mail."""

from datetime import timedelta

from sqlalchemy import delete, or_, select, true, update

from campaign.db.bulk import insert_all
from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.mail.operations import enqueue
from campaign.petitions.models import Petition
from campaign.signatures.models import NEW_FORM, RepeatSigning, Signature
from campaign.signatures.pending_forms import columns_of, packed, waiting_forms

MAX_EMAILS = 5
# No longer than a double click, or it would be a repeat that its owner never hears of.
QUIET = timedelta(seconds=1)
CONFIRMATION = "signature_confirmation"
# The same email about a later form; its subject is the row of the form.
FORM_CONFIRMATION = "signature_form_confirmation"
REPEAT = "signature_repeat"
PASSED_ON = "signature_passed_on"
BATCH = 100

_table = Signature.__table__
_repeats = RepeatSigning.__table__


def unvouched(row):
    """Return the columns as those of somebody who signed by themselves: where they signed before, what others say changes nothing."""
    if row["evidence"] == "email":
        return row
    kept = {name: value for name, value in row.items() if name != "confirmed_at"}
    return {**kept, "evidence": "email", "state": "held" if row["held_reason"] else "pending"}


def note_repeats(rows):
    """Write down with one statement what was typed by people whose address has signed already.

    `rows` are columns of a Signature. What becomes of them is decided later, so that nobody can tell by the time that an answer
    takes who has signed.
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


def repeats_wait():
    """Return whether anybody who signed again waits for an answer."""
    return db.session.scalar(select(_repeats.c.id).where(NEW_FORM).limit(1)) is not None


def answer_repeats(*, now, good_for, limit=BATCH):
    """Answer up to `limit` people who signed again, the first to come first; return how many.

    For each that is a couple's second seat, a form that waits for its own confirmation, or a second email. `good_for` is the timedelta
    that an email's link is good for.
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
    # In one order everywhere, so that two workers never wait for each other's rows in a circle.
    for row, fresh in sorted(
        read, key=lambda each: (each[1]["petition_id"], each[1]["email_digest"], each[0].id)
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
    # Whom they repeated may have been erased since they signed: then this signature is the first.
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
        # Someone who had confirmed and withdrew has no link that leads anywhere, whatever came before.
        has_link = signature.confirmed_at is None or any(form.mailed_at for form in forms)
        _keep(noted, signature, is_needed=not has_link, **asked)


def _keep(noted, signature, *, is_needed, lang, now, good_for):
    """Let the form wait for its own confirmation.

    Of those without an email of their own only the newest form waits: every link that was sent to the same address leads to it, too.
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


def mail_form(signature_id, form_id, *, lang, now, good_for, is_new=False, is_needed=False):
    """Owe the email that asks to confirm this form (None: the first one), as often as `mail_owner` allows; return whether it is owed."""
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
    signature_id, kind, lang, *, now, good_for, subject_id=None, is_new=False, is_needed=False
):
    """Owe the owner one more email, and at most MAX_EMAILS; return whether it is owed.

    No two go within QUIET (a double press), unless the second is about a new form. After MAX_EMAILS a confirmation goes only once the last
    email's link has expired after `good_for`, or where it `is_needed`: whoever means it can always confirm, and whoever plays with a
    stranger's address causes one email a week.
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
    """Two people at one address: allowed by the petition, another name, the same postal code."""
    if not fresh["postal_code"] or row.postal_code != fresh["postal_code"]:
        return False
    return db.session.scalar(
        select(Petition.two_per_address).where(Petition.id == fresh["petition_id"])
    )


def _take_seat(fresh, seat, now):
    """Insert the row, beside the first or in its place; nothing where somebody was quicker."""
    signature_id = db.session.scalar(
        insert(_table)
        .values({**fresh, "seat": seat, "mailed_at": now})
        .on_conflict_do_nothing(index_elements=["petition_id", "email_digest", "seat"])
        .returning(_table.c.id)
    )
    if signature_id is not None:
        enqueue(kind=CONFIRMATION, subject_id=signature_id, lang=fresh["lang"])
