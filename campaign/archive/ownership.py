"""Which rows of each table belong to an organisation, and so are in its archive."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Subquery,
    Table,
    func,
    or_,
    select,
    true,
    union_all,
)

from campaign.extensions import db
from campaign.notices.models import NOT_RECORDED, SUBJECT_KINDS

# Returns the condition that a row belongs to an organisation.
Belongs = Callable[[int], ColumnElement[bool]]


def table_of(name: str) -> Table:
    """Return a table by its name."""
    return db.metadata.tables[name]


def is_exported(name: str, organisation_id: int) -> ColumnElement[bool]:
    """Return the condition that the archive of an organisation holds a row of a table."""
    belongs = BELONGS[name](organisation_id)
    return belongs & ~LEFT_OUT[name](organisation_id) if name in LEFT_OUT else belongs


def is_left_out(name: str, organisation_id: int) -> ColumnElement[bool]:
    """Return the condition that a row of a table belongs to an organisation and is left out."""
    return BELONGS[name](organisation_id) & LEFT_OUT[name](organisation_id)


def _ids_of(name: str, organisation_id: int) -> Any:
    """Return a query for the primary keys of the exported rows of a table."""
    [key] = table_of(name).primary_key
    return select(key).where(is_exported(name, organisation_id))


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
            key.in_(select(table_of(name).c[column]).where(BELONGS[name](organisation_id)))
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
            columns.id.in_(select(table_of(name).c.notice_id).where(BELONGS[name](organisation_id)))
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
                        BELONGS[other](organisation_id),
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
                BELONGS[name](organisation_id),
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


BELONGS: dict[str, Belongs] = {
    "organisation": _organisation,
    "organisation_text": _through("organisation_text.organisation_id", "organisation"),
    "organisation_image": _through("organisation_image.organisation_id", "organisation"),
    "organizer": _organizers,
    "cause": _through("cause.organisation_id", "organisation"),
    "cause_text": _through("cause_text.cause_id", "cause"),
    "cause_shape": _through("cause_shape.cause_id", "cause"),
    "cause_tally": _through("cause_tally.cause_id", "cause"),
    "free_number": _through("free_number.cause_id", "cause"),
    "stored_shape": _shapes,
    "shape_draft": _through("shape_draft.cause_id", "cause"),
    "role_grant": _grants,
    "notice": _notices,
    "consent": _consents,
    "consent_text": _consent_texts,
    "audit_entry": _audit_entries,
    "former_slug": _of_kinds("former_slug"),
    "picture": _of_kinds("picture"),
    "petition": _through("petition.cause_id", "cause"),
    "petition_tally": _through("petition_tally.petition_id", "petition"),
    "petition_version": _through("petition_version.petition_id", "petition"),
    "petition_text": _through("petition_text.version_id", "petition_version"),
    "target_profile": _through("target_profile.organisation_id", "organisation"),
    "target_email": _through("target_email.profile_id", "target_profile"),
    "area_code": _through("area_code.organisation_id", "organisation"),
    "target": _through("target.petition_id", "petition"),
    "delivery": _through("delivery.petition_id", "petition"),
    "answer": _through("answer.petition_id", "petition"),
    "answer_telling": _through("answer_telling.petition_id", "petition"),
    "answer_document": _through("answer_document.answer_id", "answer"),
    "delivery_threshold": _through("delivery_threshold.petition_id", "petition"),
    "embedding": _through("embedding.petition_id", "petition"),
    "ledger_entry": _through("ledger_entry.petition_id", "petition"),
    "petition_wording": _through("petition_wording.petition_id", "petition"),
    "share_text": _through("share_text.petition_id", "petition"),
    "share_assignment": _through("share_assignment.text_id", "share_text"),
    "rule": _through("rule.cause_id", "cause"),
    "event": _through("event.cause_id", "cause"),
    "event_text": _through("event_text.event_id", "event"),
    "event_petition": _through("event_petition.event_id", "event"),
    "registration": _through("registration.event_id", "event"),
    "event_message": _through("event_message.event_id", "event"),
    "campaign_update": _through("campaign_update.cause_id", "cause"),
    "campaign_update_text": _through("campaign_update_text.update_id", "campaign_update"),
    "campaign_update_petition": _through("campaign_update_petition.update_id", "campaign_update"),
    "campaign_update_body_picture": _through(
        "campaign_update_body_picture.update_id", "campaign_update"
    ),
    "mailing": _through("mailing.update_id", "campaign_update"),
    "subscription": _subscriptions,
    "suppressed_address": _known_addresses("suppressed_address"),
    "undeliverable_address": _known_addresses("undeliverable_address"),
    "kiosk": _through("kiosk.event_id", "event"),
    "kiosk_shift": _through("kiosk_shift.kiosk_id", "kiosk"),
    "kiosk_table_code": _through("kiosk_table_code.event_id", "event"),
    "kiosk_record": _through("kiosk_record.kiosk_id", "kiosk"),
    "signature": _through("signature.cause_id", "cause"),
    "letter_settings": _through("letter_settings.petition_id", "petition"),
    "letter_batch": _through("letter_batch.petition_id", "petition"),
    "letter": _through("letter.signature_id", "signature"),
    "held_correction": _through("held_correction.signature_id", "signature"),
    "repeat_signing": _through("repeat_signing.petition_id", "petition"),
    "bulk_decision": _through("bulk_decision.cause_id", "cause"),
    "bulk_item": _through("bulk_item.bulk_id", "bulk_decision"),
    "import_batch": _through("import_batch.cause_id", "cause"),
    "import_row": _through("import_row.batch_id", "import_batch"),
    "print_run": _through("print_run.cause_id", "cause"),
}
# Rows that belong to an organisation and stay behind. The manifest has their number.
LEFT_OUT: dict[str, Belongs] = {
    "kiosk_record": lambda _organisation_id: table_of("kiosk_record").c.sealed.is_not(None),
}
