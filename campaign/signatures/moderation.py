"""What organizers decide about signatures that they look at.

Each operation takes the ids that the organizer saw, changes those of them that can be changed in causes of theirs, and returns
the ids of these. Tally and ledger follow by the runner, which sees the new states within a second.
"""

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError

from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.security.digests import keyed_digest
from campaign.signatures import tokens
from campaign.signatures.models import Signature

REJECTED = "rejected"
MERGED = "merged"
UNDECIDED = ("pending", "confirmed", "counted", "held")
CORRECTED = ("given_name", "family_name", "country", "postal_code", "comment", "name_display")

_table = Signature.__table__


class EditConflict(CampaignError):
    """Somebody else changed the signature since its words were read."""

    status = 409


class SamePerson(CampaignError):
    """Another signature without an address stands under that name and postal code already."""

    status = 409


class CannotMerge(CampaignError):
    """These two signatures cannot be one; `code` says why."""

    status = 409

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def let_through(*, ids, cause_ids, now):
    """Let held or rejected signatures go on: counted if their owner has confirmed, else waiting for that. No rule holds them again."""
    return _go_on(_chosen(ids, cause_ids), now)


def let_through_waiting(*, ids, cause_ids, now):
    """Let those go on that still wait for somebody's look: what was turned away meanwhile stays so."""
    return _go_on(_chosen(ids, cause_ids) & _table.c.rejected_at.is_(None), now)


def _go_on(chosen, now):
    # Where there is no address, no letter can ask for a confirmation.
    goes_on = _table.c.confirmed_at.is_not(None) | _table.c.email_digest.is_(None)
    return _change(
        chosen & (_table.c.state == "held"),
        state=case((goes_on, "confirmed"), else_="pending"),
        confirmed_at=case((goes_on, func.coalesce(_table.c.confirmed_at, now)), else_=None),
        held_reason="",
        rejected_at=None,
        reviewed_at=now,
    )


def reject(*, ids, cause_ids, now):
    """Turn signatures away: they stay, with the reason they were held for, and are not counted."""
    return _change(
        _chosen(ids, cause_ids) & _table.c.state.in_(UNDECIDED) & _table.c.rejected_at.is_(None),
        state="held",
        held_reason=case((_table.c.held_reason == "", REJECTED), else_=_table.c.held_reason),
        rejected_at=now,
    )


def hold(*, ids, reason, now):
    """Set aside what a rule found, except what an organizer has let through; returns the ids."""
    return _change(
        _table.c.id.in_(ids)
        & _table.c.state.in_(("pending", "confirmed", "counted"))
        & _table.c.reviewed_at.is_(None),
        state="held",
        held_reason=reason,
        held_at=now,
    )


def release_all(*, reason, now, limit):
    """Let up to `limit` signatures through that are held, and not rejected, for this reason; returns the ids."""
    held = select(_table.c.id).where(
        _table.c.state == "held", _table.c.held_reason == reason, _table.c.rejected_at.is_(None)
    )
    ids = db.session.scalars(held.order_by(_table.c.id).limit(limit)).all()
    return let_through_waiting(ids=ids, cause_ids=None, now=now)


def withdraw(*, ids, cause_ids, now):
    """Take signatures back because their owners asked for it otherwise than by their link."""
    withdrawn = _change(
        _chosen(ids, cause_ids) & _table.c.state.in_(UNDECIDED),
        state="withdrawn",
        withdrawn_at=now,
    )
    return _noted("signature.withdrawn", withdrawn)


def take_back_withdrawal(*, ids, cause_ids):
    """Undo a withdrawal: the signature is again what it was."""
    back = case((_table.c.confirmed_at.is_not(None), "confirmed"), else_="pending")
    returned = _change(
        # What an import brought and its undoing emptied has no name any more.
        _chosen(ids, cause_ids) & (_table.c.state == "withdrawn") & (_table.c.given_name != ""),
        state=case((_table.c.held_reason != "", "held"), else_=back),
        withdrawn_at=None,
    )
    return _noted("signature.returned", returned)


def decide_comments(*, seen, shown, cause_ids, now):
    """Let the comments of these signatures be shown, or keep them hidden.

    `seen` maps each id to the `fingerprint` of the words that the organizer read: a comment that its owner has changed since is
    left for another look.
    """
    rows = db.session.execute(
        select(_table.c.id, _table.c.comment).where(_chosen(seen, cause_ids)).with_for_update()
    ).all()
    same = [row.id for row in rows if row.comment and fingerprint(row.comment) == seen[row.id]]
    return _change(_table.c.id.in_(same), comment_shown=shown, comment_read_at=now)


def show_comments(*, ids, cause_ids, now):
    """Let all comments of these signatures be shown that are not; returns the ids."""
    return _change(
        _with_comment(ids, cause_ids) & ~_table.c.comment_shown,
        comment_shown=True,
        comment_read_at=now,
    )


def hide_comments(*, ids, cause_ids, now):
    """Hide all comments of these signatures that are shown, or that nobody has read; returns the ids."""
    to_hide = _table.c.comment_shown | _table.c.comment_read_at.is_(None)
    return _change(
        _with_comment(ids, cause_ids) & to_hide, comment_shown=False, comment_read_at=now
    )


def _with_comment(ids, cause_ids):
    return _chosen(ids, cause_ids) & (_table.c.state == "counted") & (_table.c.comment != "")


def correct(*, signature_id, seen, now, **words):
    """Put a supporter's words right as they asked; `seen` is the `fingerprint_of` what the organizer had before their eyes.

    A comment that was changed here was read here. Returns the names of what changed. Raises EditConflict and SamePerson.
    """
    signature = db.session.get(
        Signature, signature_id, with_for_update=True, populate_existing=True
    )
    if signature.state == "erased" or fingerprint_of(signature) != seen:
        raise EditConflict(signature_id)
    changed = [name for name, value in words.items() if value != (getattr(signature, name) or "")]
    for name in changed:
        setattr(signature, name, words[name])
    if "name_display" in changed:
        signature.name_display_asked = ""
    if "comment" in changed:
        signature.comment_shown, signature.comment_read_at = (
            bool(signature.comment and signature.comment_shown),
            now,
        )
    signature.person_digest = tokens.person_digest(
        signature.given_name, signature.family_name or "", signature.postal_code
    )
    try:
        db.session.flush()
    except IntegrityError as error:
        raise SamePerson(signature_id) from error
    return changed


def merge(*, kept_id, other_id, now):
    """Count two signatures of one person as one: `kept` stays and takes what it lacks, `other` is turned away.

    Raises CannotMerge.
    """
    rows = db.session.scalars(
        select(Signature)
        .where(Signature.id.in_((kept_id, other_id)))
        .order_by(Signature.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {row.id: row for row in rows}
    kept, other = by_id.get(kept_id), by_id.get(other_id)
    _refuse_merge(kept, other)
    for name in ("family_name", "country", "postal_code"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name) or "")
    other.state, other.held_reason, other.rejected_at = "held", f"{MERGED}:{kept.id}", now
    db.session.flush()
    return kept


def _refuse_merge(kept, other):
    if kept is None or other is None or kept.id == other.id:
        raise CannotMerge("one")
    if kept.petition_id != other.petition_id:
        raise CannotMerge("petition")
    if (
        other.state not in UNDECIDED
        or other.rejected_at
        or kept.state not in UNDECIDED
        or kept.rejected_at
    ):
        raise CannotMerge("gone")
    if (other.confirmed_at and not kept.confirmed_at) or (
        kept.state == "held" and other.state != "held"
    ):
        raise CannotMerge("unconfirmed")


def fingerprint(words):
    """Return a short mark of a text, by which a form shows later what was read."""
    return keyed_digest(b"", "read", words).hex()


def fingerprint_of(signature):
    """Return the mark of all words of a signature that can be corrected."""
    return fingerprint("\0".join(getattr(signature, name) or "" for name in CORRECTED))


def _chosen(ids, cause_ids):
    chosen = _table.c.id.in_(list(ids))
    return chosen if cause_ids is None else chosen & _table.c.cause_id.in_(cause_ids)


def _change(condition, **values):
    return db.session.scalars(
        update(_table).where(condition).values(**values).returning(_table.c.id)
    ).all()


def _noted(what, ids):
    """Put what became of these signatures on the list of what has ended; return the ids."""
    for row in db.session.execute(
        select(_table.c.id, _table.c.created_at).where(_table.c.id.in_(ids))
    ):
        note_ended(what, row.id, row.created_at)
    return ids


def petitions_of(ids):
    """Return (cause id, petition id, id) of each of these signatures that there is."""
    columns = (_table.c.cause_id, _table.c.petition_id, _table.c.id)
    return [
        tuple(row) for row in db.session.execute(select(*columns).where(_table.c.id.in_(list(ids))))
    ]
