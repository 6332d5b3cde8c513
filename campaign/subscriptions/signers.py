"""Signers who ticked the box: their confirmed signature is their word, so they are subscribed without another letter."""

from sqlalchemy import case, func, literal, or_, select, update

from campaign.extensions import db
from campaign.lib.insertion import insert
from campaign.lib.locales import LOCALES
from campaign.subscriptions.consents import SIGNATURE, wording
from campaign.subscriptions.models import PLACE, Subscription, SuppressedAddress

_table = Subscription.__table__
_COLUMNS = (
    *("cause_id", "email", "email_digest", "lang", "consent_text", "consent_at", "signature_id", "created_at", "confirmed_at"),
    *("digest_at", "frequency", "state", "source", "consent_version", "evidence", "held_reason", "mail_count", "ended_reason"),
)


def subscribe_signers(signature, chosen, *, now):
    """Subscribe the signers of the rows `chosen`, a condition on the table `signature`, with one statement.

    Who ended their subscription themselves gets it again only by a signature that was given later; who is suppressed never.
    """
    of = signature.c
    suppressed = select(SuppressedAddress.digest).where(SuppressedAddress.digest == of.email_digest).exists()
    # Two people may share an address, and a batch may hold two petitions of a cause.
    firsts = select(func.min(of.id)).where(chosen, of.email.is_not(None)).group_by(of.cause_id, of.email_digest)
    words = case({lang: wording(SIGNATURE, lang) for lang in LOCALES}, value=of.lang, else_=wording(SIGNATURE, "en"))
    values = (of.cause_id, of.email, of.email_digest, of.lang, words, of.created_at, of.id, literal(now), literal(now), literal(now))
    standing = (literal(word) for word in ("each", "active", "signature", SIGNATURE, "signature", ""))
    rows = select(*values, *standing, literal(0), literal("")).where(of.id.in_(firsts), ~suppressed)
    statement = insert(_table).from_select(_COLUMNS, rows)
    fresh = {name: statement.excluded[name] for name in _COLUMNS if name not in ("cause_id", "email_digest", "created_at", "mail_count")}
    ended_before = (_table.c.ended_reason == "withdrawn") | (_table.c.ended_at < statement.excluded.consent_at)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["email_digest", PLACE],
            set_={**fresh, "ended_at": None, "ended_mailing_id": None},
            where=or_(_table.c.state == "pending", (_table.c.state == "ended") & ended_before),
        )
    )


def end_of_signatures(signature_ids, *, now, reason="withdrawn"):
    """End what these signatures had brought; what their owner subscribed to otherwise stays."""
    db.session.execute(
        update(_table)
        .where(_table.c.signature_id.in_(signature_ids), _table.c.state != "ended")
        .values(state="ended", ended_at=now, ended_reason=reason)
    )


def erase_of_signatures(signature_ids, *, now):
    """End what these signatures had brought, and forget the address at once."""
    end_of_signatures(signature_ids, now=now, reason="erased")
    db.session.execute(
        update(_table)
        .where(_table.c.signature_id.in_(signature_ids), _table.c.state == "ended")
        .values(email=None, email_digest=None, evidence="", signature_id=None)
    )
