"""Which tables an archive holds, with which columns replaced, and why it does not hold others.

Every table of the database is in exactly one of BELONGS and NOT_EXPORTED. A test checks that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, func, literal

from campaign.archive.ownership import BELONGS, table_of
from campaign.extensions import db

# Returns the SQL that an archive holds in place of a column, made from the time of the export and
# the organisation's id.
Replacement = Callable[[datetime, int], Any]


def _always(value: Any) -> Replacement:
    return lambda _at, _organisation_id: literal(value) if value is not None else None


def _changed(column: str, values: Mapping[str, str]) -> Replacement:
    """Return the column with some of its values replaced."""
    table, _, name = column.partition(".")

    def changed(_at: datetime, _organisation_id: int) -> Any:
        stored = table_of(table).c[name]
        return case(values, value=stored, else_=stored)

    return changed


def _stopped_at(at: datetime, _organisation_id: int) -> Any:
    """Return when a letter was stopped: with the move, if it still waits."""
    columns = table_of("letter").c
    moment = literal(at, type_=columns.stopped_at.type)
    return case((columns.state.in_(("waiting", "queued")), moment), else_=columns.stopped_at)


REPLACED: dict[str, dict[str, Replacement]] = {
    "organizer": {
        "password_hash": _always(None),
        "totp_secret": _always(None),
        "totp_step": _always(0),
    },
    "notice": {
        "organisation_id": lambda _at, organisation_id: case(
            (
                table_of("notice").c.organisation_id == organisation_id,
                table_of("notice").c.organisation_id,
            )
        )
    },
    # Nothing continues automatically after a move, or two sites would tell the same people.
    "answer_telling": {
        "state": _changed("answer_telling.state", {"sending": "stopped", "paused": "stopped"})
    },
    # Nothing continues automatically after a move, or two sites would send the same email.
    "event_message": {"state": _changed("event_message.state", {"sending": "stopped"})},
    # Nothing continues automatically after a move, or two sites would send the same email.
    "mailing": {
        "state": _changed(
            "mailing.state", {"planned": "stopped", "sending": "stopped", "paused": "stopped"}
        )
    },
    # Imports stay behind, so they cannot be undone after a move.
    "subscription": {"import_id": _always(None)},
    # A tablet cannot be moved: its secret, and the key that it seals to, stay behind.
    "kiosk": {
        "secret_digest": _always(b""),
        "key_id": _always(None),
        "key_since": _always(None),
        "revoked_at": lambda at, _organisation_id: func.coalesce(
            table_of("kiosk").c.revoked_at,
            literal(at, type_=table_of("kiosk").c.revoked_at.type),
        ),
    },
    # IP addresses are kept under keys of one day, which stay behind.
    "signature": {"address_digest": _always(None)},
    "letter_batch": {"document": _always(None), "email_id": _always(None)},
    # Letters that wait do not leave after a move, or two sites would send them.
    "letter": {
        "state": _changed("letter.state", {"waiting": "stopped", "queued": "stopped"}),
        "stopped_at": _stopped_at,
        "email_id": _always(None),
    },
    "repeat_signing": {"address_digest": _always(None)},
    "bulk_decision": {
        "state": _changed("bulk_decision.state", {"running": "done", "undoing": "undone"})
    },
}

_PRIVATE = "a secret of one installation"
_ROUTINE = "a routine of one installation"
_DERIVED = "made again from other rows"
NOT_EXPORTED = {
    **dict.fromkeys(
        (
            *("account_link", "known_device", "organizer_session", "passkey", "recovery_code"),
            *("api_key", "kiosk_key", "kiosk_pairing_code", "kiosk_staff_pin", "network_key"),
            "spent_challenge",
        ),
        _PRIVATE,
    ),
    **dict.fromkeys(("job", "lease", "api_post", "own_link_request", "account_alert"), _ROUTINE),
    **dict.fromkeys(
        (
            *("search_change", "search_document", "search_text", "search_terms"),
            *("signature_lookup", "lookup_due", "lookup_progress", "aggregate", "poster"),
        ),
        _DERIVED,
    ),
    "address_change": "who waits for an answer of this installation, in emails with its address",
    "outbox_message": "emails that this installation still sends",
    "mailing_receipt": "only prevents that a mailing sends an email twice, and mailings end here",
    "event_message_receipt": "only prevents that a message is sent twice, and messages end here",
    "target_import": "the work on a file that stays behind, so it cannot be undone after a move",
    "subscriber_import": "the work on a file that stays behind",
    "export": "files of this installation, which their organizers can make again",
    "answer_receipt": "only prevents that an email is sent twice, and telling people ends here",
    "answer_link": "links to this installation, which do not work at another address",
    "letter_refusal": "what targets asked of this installation, for all of its organizations",
    "export_choice": "what an organizer last chose in a form",
    "switch": "what is switched off in this installation, for a time",
    "surge_report": "how busy this installation is at the moment",
    "site": "settings of the whole installation, which may serve several organisations",
}


def exported_tables() -> list[Table]:
    """Return the tables of an archive, those that others refer to first."""
    return [table for table in db.metadata.sorted_tables if table.name in BELONGS]
