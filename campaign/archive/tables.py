"""Which tables an archive holds, which rows of them belong to an organisation, and why others do not.

Every table of the database is in exactly one of EXPORTED and NOT_EXPORTED. A test checks that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Subquery,
    Table,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from campaign.extensions import db
from campaign.notices.models import NOT_RECORDED, SUBJECT_KINDS

Belongs = Callable[[int], ColumnElement[bool]]


def table_of(name: str) -> Table:
    """Return a table by its name."""
    return db.metadata.tables[name]


class Exported(NamedTuple):
    """A table of an archive.

    `belongs` returns the condition that a row belongs to an organisation. Rows that also match
    `left_out` are counted in the manifest but not exported. `replaced` maps a column to the SQL
    that the archive holds in its place, made from the time of the export and the organisation's id.
    """

    belongs: Belongs
    left_out: Belongs = lambda _organisation_id: false()
    replaced: Mapping[str, Callable[[datetime, int], Any]] = MappingProxyType({})


def _ids_of(name: str, organisation_id: int) -> Any:
    """Return a query for the primary keys of the exported rows of a table."""
    table = table_of(name)
    [key] = table.primary_key
    exported = EXPORTED[name]
    return select(key).where(exported.belongs(organisation_id), ~exported.left_out(organisation_id))


def _through(column: str, parent: str) -> Belongs:
    """Return the condition of rows whose "table.column" names an exported row of `parent`."""
    table, _, name = column.partition(".")
    return lambda organisation_id: table_of(table).c[name].in_(_ids_of(parent, organisation_id))


def _of_kinds(name: str) -> Belongs:
    """Return the condition of rows that name their owner by `kind` and `owner_id`."""

    def belongs(organisation_id: int) -> ColumnElement[bool]:
        columns = table_of(name).c
        return or_(
            *(
                (columns.kind == kind) & columns.owner_id.in_(_ids_of(owner, organisation_id))
                for kind, owner in OWNERS.items()
            )
        )

    return belongs


OWNERS = {
    "organisation": "organisation",
    "cause": "cause",
    "petition": "petition",
    "event": "event",
    "update": "campaign_update",
}


def _is_only(organisation_id: int) -> ColumnElement[bool]:
    """Return the condition that the site has no other organisation."""
    table = table_of("organisation")
    return ~select(table.c.id).where(table.c.id != organisation_id).exists()


def _organisation(organisation_id: int) -> ColumnElement[bool]:
    return table_of("organisation").c.id == organisation_id


def _organizers(organisation_id: int) -> ColumnElement[bool]:
    """People with a role in its causes, and people that rows of the archive name."""
    key = table_of("organizer").c.id
    named_by = (
        ("role_grant", "organizer_id"),
        ("audit_entry", "organizer_id"),
        ("bulk_decision", "organizer_id"),
        ("bulk_decision", "undone_by"),
        ("import_batch", "organizer_id"),
    )
    return or_(
        *(
            key.in_(select(table_of(name).c[column]).where(EXPORTED[name].belongs(organisation_id)))
            for name, column in named_by
        )
    )


def _audit_entries(organisation_id: int) -> ColumnElement[bool]:
    columns = table_of("audit_entry").c
    about_it = (columns.subject_kind == "organisation") & (columns.subject_id == organisation_id)
    return about_it | columns.cause_id.in_(_ids_of("cause", organisation_id))


def _subscriptions(organisation_id: int) -> ColumnElement[bool]:
    columns = table_of("subscription").c
    return (columns.organisation_id == organisation_id) | columns.cause_id.in_(
        _ids_of("cause", organisation_id)
    )


def _grants(organisation_id: int) -> ColumnElement[bool]:
    columns = table_of("role_grant").c
    return (columns.organisation_id == organisation_id) | columns.cause_id.in_(
        _ids_of("cause", organisation_id)
    )


# Tables whose rows name the privacy notice that a person saw.
WITH_NOTICE = (
    "subscription", "signature", "repeat_signing", "registration", "import_batch", "print_run",
    "kiosk_record",
)  # fmt: skip


def _notices(organisation_id: int) -> ColumnElement[bool]:
    """Its notices, and those of rows whose cause belonged to another organisation before."""
    columns = table_of("notice").c
    is_own = or_(
        columns.organisation_id == organisation_id,
        *(
            columns.id.in_(
                select(table_of(name).c.notice_id).where(EXPORTED[name].belongs(organisation_id))
            )
            for name in WITH_NOTICE
        ),
    )
    return is_own & is_not_seeded("notice")


def _consents(organisation_id: int) -> ColumnElement[bool]:
    columns = table_of("consent").c
    return or_(
        *(
            (columns.subject_kind == kind) & columns.subject_id.in_(_ids_of(kind, organisation_id))
            for kind in SUBJECT_KINDS
        )
    )


def _consent_texts(organisation_id: int) -> ColumnElement[bool]:
    consents = table_of("consent").c
    return table_of("consent_text").c.id.in_(
        select(consents.text_id).where(_consents(organisation_id))
    )


def is_not_seeded(name: str) -> ColumnElement[bool]:
    """Return the condition that the row of a table is none that each new database has."""
    return table_of(name).c.id != NOT_RECORDED if name == "notice" else true()


def _shapes(organisation_id: int) -> ColumnElement[bool]:
    used_by = (("cause", "id"), ("cause_shape", "cause_id"), ("shape_draft", "cause_id"))
    return or_(
        *(
            table_of("stored_shape").c.name.in_(
                select(table_of(name).c.shape).where(
                    table_of(name).c[column].in_(_ids_of("cause", organisation_id)),
                    table_of(name).c.shape.is_not(None),
                )
            )
            for name, column in used_by
        )
    )


# Tables with a keyed digest of an address, and with the address itself.
WITH_ADDRESS = ("subscription", "signature", "registration")


def _known_addresses(name: str) -> Belongs:
    """Return the condition that the `digest` of a row is of someone in the archive.

    Where the site has no other organisation, all rows belong to it.
    """

    def belongs(organisation_id: int) -> ColumnElement[bool]:
        digest = table_of(name).c.digest
        return or_(
            _is_only(organisation_id),
            *(
                digest.in_(
                    select(table_of(other).c.email_digest).where(
                        EXPORTED[other].belongs(organisation_id),
                        table_of(other).c.email_digest.is_not(None),
                    )
                )
                for other in WITH_ADDRESS
            ),
        )

    return belongs


def known_addresses(organisation_id: int) -> Subquery:
    """Return a query for (digest, address) of everyone in the archive whose address is known.

    It is joined to the digests at once. Looking up each digest takes PostgreSQL hours if its
    statistics are old.
    """
    known = union_all(
        *(
            select(table_of(name).c.email_digest, table_of(name).c.email).where(
                table_of(name).c.email_digest.is_not(None),
                table_of(name).c.email.is_not(None),
                table_of(name).c.email != "",
                EXPORTED[name].belongs(organisation_id),
            )
            for name in WITH_ADDRESS
        )
    ).subquery()
    # All spellings of an address have the same digest.
    return (
        select(known.c.email_digest.label("digest"), func.min(known.c.email).label("address"))
        .group_by(known.c.email_digest)
        .subquery()
    )


def _always(value: Any) -> Callable[[datetime, int], Any]:
    return lambda _at, _organisation_id: literal(value) if value is not None else None


def _changed(column: str, values: Mapping[str, str]) -> Callable[[datetime, int], Any]:
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


EXPORTED: dict[str, Exported] = {
    "organisation": Exported(_organisation),
    "organisation_text": Exported(_through("organisation_text.organisation_id", "organisation")),
    "organisation_image": Exported(_through("organisation_image.organisation_id", "organisation")),
    "organizer": Exported(
        _organizers,
        replaced={
            "password_hash": _always(None),
            "totp_secret": _always(None),
            "totp_step": _always(0),
        },
    ),
    "cause": Exported(_through("cause.organisation_id", "organisation")),
    "cause_text": Exported(_through("cause_text.cause_id", "cause")),
    "cause_shape": Exported(_through("cause_shape.cause_id", "cause")),
    "cause_tally": Exported(_through("cause_tally.cause_id", "cause")),
    "free_number": Exported(_through("free_number.cause_id", "cause")),
    "stored_shape": Exported(_shapes),
    "shape_draft": Exported(_through("shape_draft.cause_id", "cause")),
    "role_grant": Exported(_grants),
    "notice": Exported(
        _notices,
        replaced={
            "organisation_id": lambda _at, organisation_id: case(
                (
                    table_of("notice").c.organisation_id == organisation_id,
                    table_of("notice").c.organisation_id,
                )
            )
        },
    ),
    "consent": Exported(_consents),
    "consent_text": Exported(_consent_texts),
    "audit_entry": Exported(_audit_entries),
    "former_slug": Exported(_of_kinds("former_slug")),
    "picture": Exported(_of_kinds("picture")),
    "petition": Exported(_through("petition.cause_id", "cause")),
    "petition_tally": Exported(_through("petition_tally.petition_id", "petition")),
    "petition_version": Exported(_through("petition_version.petition_id", "petition")),
    "petition_text": Exported(_through("petition_text.version_id", "petition_version")),
    "target_profile": Exported(_through("target_profile.organisation_id", "organisation")),
    "target_email": Exported(_through("target_email.profile_id", "target_profile")),
    "area_code": Exported(_through("area_code.organisation_id", "organisation")),
    "target": Exported(_through("target.petition_id", "petition")),
    "delivery": Exported(_through("delivery.petition_id", "petition")),
    "answer": Exported(_through("answer.petition_id", "petition")),
    # Nothing continues automatically after a move, or two sites would tell the same people.
    "answer_telling": Exported(
        _through("answer_telling.petition_id", "petition"),
        replaced={
            "state": _changed("answer_telling.state", {"sending": "stopped", "paused": "stopped"})
        },
    ),
    "answer_document": Exported(_through("answer_document.answer_id", "answer")),
    "delivery_threshold": Exported(_through("delivery_threshold.petition_id", "petition")),
    "embedding": Exported(_through("embedding.petition_id", "petition")),
    "ledger_entry": Exported(_through("ledger_entry.petition_id", "petition")),
    "petition_wording": Exported(_through("petition_wording.petition_id", "petition")),
    "share_text": Exported(_through("share_text.petition_id", "petition")),
    "share_assignment": Exported(_through("share_assignment.text_id", "share_text")),
    "rule": Exported(_through("rule.cause_id", "cause")),
    "event": Exported(_through("event.cause_id", "cause")),
    "event_text": Exported(_through("event_text.event_id", "event")),
    "event_petition": Exported(_through("event_petition.event_id", "event")),
    "registration": Exported(_through("registration.event_id", "event")),
    # Nothing continues automatically after a move, or two sites would send the same email.
    "event_message": Exported(
        _through("event_message.event_id", "event"),
        replaced={"state": _changed("event_message.state", {"sending": "stopped"})},
    ),
    "campaign_update": Exported(_through("campaign_update.cause_id", "cause")),
    "campaign_update_text": Exported(_through("campaign_update_text.update_id", "campaign_update")),
    "campaign_update_petition": Exported(
        _through("campaign_update_petition.update_id", "campaign_update")
    ),
    "campaign_update_body_picture": Exported(
        _through("campaign_update_body_picture.update_id", "campaign_update")
    ),
    # Nothing continues automatically after a move, or two sites would send the same email.
    "mailing": Exported(
        _through("mailing.update_id", "campaign_update"),
        replaced={
            "state": _changed(
                "mailing.state", {"planned": "stopped", "sending": "stopped", "paused": "stopped"}
            )
        },
    ),
    # Imports stay behind, so they cannot be undone after a move.
    "subscription": Exported(_subscriptions, replaced={"import_id": _always(None)}),
    "suppressed_address": Exported(_known_addresses("suppressed_address")),
    "undeliverable_address": Exported(_known_addresses("undeliverable_address")),
    # A tablet cannot be moved: its secret, and the key that it seals to, stay behind.
    "kiosk": Exported(
        _through("kiosk.event_id", "event"),
        replaced={
            "secret_digest": _always(b""),
            "key_id": _always(None),
            "key_since": _always(None),
            "revoked_at": lambda at, _organisation_id: func.coalesce(
                table_of("kiosk").c.revoked_at,
                literal(at, type_=table_of("kiosk").c.revoked_at.type),
            ),
        },
    ),
    "kiosk_shift": Exported(_through("kiosk_shift.kiosk_id", "kiosk")),
    "kiosk_table_code": Exported(_through("kiosk_table_code.event_id", "event")),
    "kiosk_record": Exported(
        _through("kiosk_record.kiosk_id", "kiosk"),
        left_out=lambda _organisation_id: table_of("kiosk_record").c.sealed.is_not(None),
    ),
    # IP addresses are kept under keys of one day, which stay behind.
    "signature": Exported(
        _through("signature.cause_id", "cause"), replaced={"address_digest": _always(None)}
    ),
    "letter_settings": Exported(_through("letter_settings.petition_id", "petition")),
    "letter_batch": Exported(
        _through("letter_batch.petition_id", "petition"),
        replaced={"document": _always(None), "email_id": _always(None)},
    ),
    # Letters that wait do not leave after a move, or two sites would send them.
    "letter": Exported(
        _through("letter.signature_id", "signature"),
        replaced={
            "state": _changed("letter.state", {"waiting": "stopped", "queued": "stopped"}),
            "stopped_at": _stopped_at,
            "email_id": _always(None),
        },
    ),
    "held_correction": Exported(_through("held_correction.signature_id", "signature")),
    "repeat_signing": Exported(
        _through("repeat_signing.petition_id", "petition"),
        replaced={"address_digest": _always(None)},
    ),
    "bulk_decision": Exported(
        _through("bulk_decision.cause_id", "cause"),
        replaced={
            "state": _changed("bulk_decision.state", {"running": "done", "undoing": "undone"})
        },
    ),
    "bulk_item": Exported(_through("bulk_item.bulk_id", "bulk_decision")),
    "import_batch": Exported(_through("import_batch.cause_id", "cause")),
    "import_row": Exported(_through("import_row.batch_id", "import_batch")),
    "print_run": Exported(_through("print_run.cause_id", "cause")),
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
    return [table for table in db.metadata.sorted_tables if table.name in EXPORTED]
