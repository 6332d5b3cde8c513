"""The columns of the row that a signature gets, by how it comes in."""

from typing import Any

from campaign.signatures.name_display import displays_at_table
from campaign.signatures.signing.commands import Evidence, SignatureCommand, Status


def submitted_columns(command: SignatureCommand) -> dict[str, Any]:
    """Return the row to insert, at the first position.

    A quiet petition does not record who brought its supporters.
    """
    return {
        **_columns(command),
        "position_at_address": 1,
        "referrer_id": None if command.terms.is_quiet else command.referrer_id,
        "name_display": command.supporter.name_display,
    }


def collected_columns(command: SignatureCommand, position: int) -> dict[str, Any]:
    """Return the row to insert at this position, 1 or 2, or to write over a pending one."""
    display, requested = _displays(command)
    collector = command.collector
    return {
        **_columns(command),
        "position_at_address": position,
        "referrer_id": None,
        "name_display": display,
        "name_display_requested": requested,
        "kiosk_id": collector and collector.kiosk_id,
        "shift_id": collector and collector.shift_id,
        "event_id": collector and collector.event_id,
    }


def repeat_columns(command: SignatureCommand) -> dict[str, Any]:
    """Return the row of someone who signed before, without what a partner or tabler vouches for.

    The supporter must confirm all of it by email, so a full name needs no other confirmation.
    """
    columns = (
        collected_columns(command, position=1)
        if command.evidence.is_collected
        else submitted_columns(command)
    )
    del columns["confirmed_at"]
    return columns | {
        "evidence": Evidence.EMAIL.value,
        "state": (Status.HELD if command.held_reason else Status.PENDING).value,
        "name_display": command.supporter.name_display,
        "name_display_requested": "",
    }


def _columns(command: SignatureCommand) -> dict[str, Any]:
    """Return the columns that every signature has. All rows of a batch have the same ones."""
    terms, supporter = command.terms, command.supporter
    return {
        "petition_id": terms.id,
        "cause_id": terms.cause_id,
        "version_id": terms.version_id,
        "notice_id": command.notice_id,
        "consent_at": command.consent_at,
        "state": command.state.value,
        "evidence": command.evidence.value,
        "lang": command.lang,
        "given_name": supporter.given_name,
        "family_name": supporter.family_name,
        "email": supporter.email,
        "email_digest": supporter.email_digest,
        "person_digest": supporter.person_digest,
        "address_digest": command.network_digest,
        "country": supporter.country,
        "postal_code": supporter.postal_code,
        "comment": supporter.comment,
        "comment_shown": False,
        "answers": supporter.answers,
        "kind_data": supporter.kind_data,
        "subscribe": supporter.subscribe,
        # A page loaded before an organizer stopped offering answers may still ask.
        "tell_answer": supporter.tell_answer and terms.offers_answers,
        "held_reason": command.held_reason,
        "mail_count": 1 if is_emailed(command) else 0,
        "mailed_at": command.received_at if is_emailed(command) else None,
        "reminders": 0,
        "created_at": command.created_at,
        "confirmed_at": command.created_at if command.is_confirmed else None,
        "source": command.source,
    }


def _displays(command: SignatureCommand) -> tuple[str, str]:
    """Return how to show the name, and the wish for later if it must first be confirmed.

    At a table, someone else may enter the name. So showing it waits, unless an email confirms the
    whole signature anyway, or an organizer has reviewed it.
    """
    display = command.supporter.name_display
    if command.evidence == Evidence.IN_PERSON and command.is_confirmed and not command.is_reviewed:
        return displays_at_table(display)
    return display, ""


def is_emailed(command: SignatureCommand) -> bool:
    """Return whether signing queues an email to the supporter: not if a witness confirmed it."""
    return not (command.evidence.is_collected and command.is_confirmed)
