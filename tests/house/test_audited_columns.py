"""Tests that the activity log says before → after for every column that a form can change."""

from collections import Counter

import pytest

from campaign.extensions import db
from campaign.organize.core.audit import AUDITED_COLUMNS, OTHER_FIELDS, PART_COLUMNS

# Columns of audited tables, and other tables, whose changes the log does not show → why.
BOOKKEEPING = "the site sets it, no form does"
SET_ONCE = "is set when the row is made, and never changed"
SHOWN_OTHERWISE = "follows from columns that the log shows"
PERSONAL = "the log is permanent, so it has no data of people: names, and how to reach them"
OWN_ENTRY = "a row is only added, used up or removed, and each of these is an entry of the log"
OF_SUPPORTERS = "data of supporters, which the log must not repeat: the entry names the row"
NO_FORM = "no form of the workspace changes it"
SECRET = "holds secrets: the entry says that they were changed"
FILES = "one request for a file, or one step of an import: each step is an entry with its figures"
COLUMNS = {
    **dict.fromkeys(("id", "uuid", "created_at", "changed_at", "version"), BOOKKEEPING),
    **dict.fromkeys(("part_versions", "owner_id", "kind"), BOOKKEEPING),
    **dict.fromkeys(("width", "height", "size", "data", "small", "wide"), SHOWN_OTHERWISE),
    "lang": "tells rows apart, and each entry shows it",
    "position": "tells rows apart, and each entry shows it",
    "original_lang": SET_ONCE,
    "organisation.is_host": BOOKKEEPING,
    "organisation_text.organisation_id": SET_ONCE,
    "organisation_image.organisation_id": SET_ONCE,
    "organisation_image.purpose": "tells rows apart, and each entry shows it",
    "cause.organisation_id": SET_ONCE,
    "cause.closed_at": SHOWN_OTHERWISE,
    "cause_text.cause_id": SET_ONCE,
    "petition.cause_id": SET_ONCE,
    "petition.action_kind": SET_ONCE,
    "petition.opened_at": SHOWN_OTHERWISE,
    "petition.closed_at": SHOWN_OTHERWISE,
    "petition.retention_notified_at": BOOKKEEPING,
    "petition.retention_done_at": BOOKKEEPING,
    "petition.result_changed_at": BOOKKEEPING,
    "petition_text.version_id": SET_ONCE,
    "petition_wording.petition_id": SET_ONCE,
    "letter_settings.petition_id": SET_ONCE,
    "target.petition_id": SET_ONCE,
    "target.profile_id": "its names show which target it is",
    "delivery_threshold.petition_id": SET_ONCE,
    "delivery_threshold.reached_at": BOOKKEEPING,
    "embedding.petition_id": SET_ONCE,
    "share_text.petition_id": SET_ONCE,
    "share_text.retired_at": SHOWN_OTHERWISE,
    "answer.petition_id": SET_ONCE,
    "answer.target_id": SHOWN_OTHERWISE,
    "answer.written_by_target": SET_ONCE,
    "answer.published_at": SHOWN_OTHERWISE,
    "answer.withdrawn_at": SHOWN_OTHERWISE,
    "answer_document.answer_id": SET_ONCE,
    "target_profile.organisation_id": SET_ONCE,
    "target_profile.search_text": SHOWN_OTHERWISE,
    "target_profile.removed_at": "is an entry of its own",
    "target_profile.erased_at": BOOKKEEPING,
    **dict.fromkeys(
        (
            *("target_profile.names", "target_profile.honorifics", "target_profile.salutations"),
            *("target_profile.contact_form", "target_profile.telephones"),
            *("target_profile.postal_address", "target_profile.external_id"),
            *("target_profile.source", "target_email"),
        ),
        PERSONAL,
    ),
    "event.cause_id": SET_ONCE,
    "event.starts_at": SHOWN_OTHERWISE,
    "event.ends_at": SHOWN_OTHERWISE,
    "event.sequence": BOOKKEEPING,
    "event_text.event_id": SET_ONCE,
    "event_petition.event_id": SET_ONCE,
    "campaign_update.cause_id": SET_ONCE,
    "campaign_update_text.update_id": SET_ONCE,
    "campaign_update_petition.update_id": SET_ONCE,
    "campaign_update_body_picture.update_id": SET_ONCE,
    "campaign_update_body_picture.number": "tells rows apart, and each entry shows it",
    "mailing.update_id": SET_ONCE,
    "mailing.reached_id": BOOKKEEPING,
    "mailing.finished_at": BOOKKEEPING,
    "mailing.counts": BOOKKEEPING,
    "event_message.event_id": SET_ONCE,
    "event_message.reached_id": BOOKKEEPING,
    "event_message.started_at": BOOKKEEPING,
    "event_message.finished_at": BOOKKEEPING,
    "event_message.counts": BOOKKEEPING,
    "rule.cause_id": SET_ONCE,
    "rule.petition_id": SET_ONCE,
    "rule.kind": SET_ONCE,
    "rule.pattern": SET_ONCE,
    **dict.fromkeys(("kiosk.event_id", "kiosk.paired_at"), SET_ONCE),
    **dict.fromkeys(("kiosk.secret_digest", "kiosk.key_id", "kiosk.key_since"), SECRET),
    **dict.fromkeys(
        (
            *("kiosk.last_seen_at", "kiosk.app", "kiosk.battery", "kiosk.waiting"),
            *("kiosk.oldest_at", "kiosk.last_sequence", "kiosk.emptied_at"),
            "kiosk.silence_notified_at",
        ),
        "the tablet reports it",
    ),
    **dict.fromkeys(
        ("site", "switch"), "the entry shows what was changed, from the values and not from the row"
    ),
    **dict.fromkeys(
        (
            *("organizer", "passkey", "recovery_code", "known_device", "organizer_session"),
            *("account_link", "kiosk_staff_pin"),
        ),
        SECRET,
    ),
    **dict.fromkeys(
        (
            *("answer_link", "api_key", "area_code", "cause_shape", "delivery", "former_slug"),
            *("kiosk_pairing_code", "kiosk_table_code", "role_grant", "stored_shape"),
            *("suppressed_address", "undeliverable_address", "answer_telling", "bulk_decision"),
            *("shape_draft", "poster"),
        ),
        OWN_ENTRY,
    ),
    **dict.fromkeys(
        (
            *("export", "export_choice", "import_batch", "import_row", "print_run"),
            *("subscriber_import", "target_import"),
        ),
        FILES,
    ),
    **dict.fromkeys(
        (
            *("signature", "held_correction", "registration", "subscription", "letter"),
            *("kiosk_record", "bulk_item"),
        ),
        OF_SUPPORTERS,
    ),
    "petition_version": "is a copy of what the petition was, for its supporters",
    **dict.fromkeys(
        (
            *("account_alert", "address_change", "aggregate", "answer_receipt", "api_post"),
            *("audit_entry", "cause_tally", "consent", "consent_text", "event_message_receipt"),
            *("free_number", "job", "kiosk_key", "kiosk_shift", "lease", "ledger_entry"),
            *("letter_batch", "letter_refusal", "lookup_due", "lookup_progress"),
            *("mailing_receipt", "network_key", "notice", "outbox_message", "own_link_request"),
            *("petition_tally", "repeat_signing", "search_change", "search_document"),
            *("search_terms", "search_text", "share_assignment", "signature_lookup"),
            *("spent_challenge", "surge_report"),
        ),
        NO_FORM,
    ),
}
AUDITED = {
    (table, column)
    for parts in AUDITED_COLUMNS.values()
    for table, _key, columns in parts
    for column in columns.split()
}
AUDITED_TABLES = {table for table, _column in AUDITED}


@pytest.mark.usefixtures("app")
def test_every_column_is_audited_or_an_exception_with_a_reason():
    """A new column is in AUDITED_COLUMNS, or in COLUMNS here with the reason why not."""
    tables = db.metadata.tables
    forgotten = [
        f"{table}.{column}"
        for table in AUDITED_TABLES
        for column in tables[table].c.keys()  # noqa: SIM118 - iterating gives columns
        if (table, column) not in AUDITED and not {column, f"{table}.{column}"} & COLUMNS.keys()
    ]
    forgotten += [name for name in tables if name not in AUDITED_TABLES | COLUMNS.keys()]
    assert forgotten == []


@pytest.mark.usefixtures("app")
def test_every_exception_is_of_a_column_that_exists_and_is_not_audited():
    tables = db.metadata.tables
    columns = {(table, column) for table in tables for column in tables[table].c.keys()}  # noqa: SIM118
    rest = columns - AUDITED
    names = {
        *tables.keys() - AUDITED_TABLES,
        *(f"{table}.{column}" for table, column in rest if table in AUDITED_TABLES),
        *(column for table, column in rest if table in AUDITED_TABLES),
    }
    assert COLUMNS.keys() - names == set()


@pytest.mark.usefixtures("app")
def test_no_two_columns_of_a_subject_share_a_field_of_the_log():
    """Otherwise one would hide the change of the other."""
    for parts in AUDITED_COLUMNS.values():
        fields = Counter(
            (OTHER_FIELDS.get((table, column), column), part_column(table, key))
            for table, key, columns in parts
            for column in columns.split()
        )
        assert {field for field, count in fields.items() if count > 1} == set()


def part_column(table, key):
    columns = db.metadata.tables[table].c
    return next((name for name in PART_COLUMNS if name in columns and key != "id"), None)
