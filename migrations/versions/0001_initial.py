"""Create the tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
# A migration that rebuilds the table of audit entries on SQLite must create these triggers again.
# "insert or replace" deletes the old row without firing the trigger that forbids deleting.
SQLITE_AUDIT_GUARDS = [
    *(
        f"create trigger audit_entry_no_{verb} before {verb} on audit_entry"
        " begin select raise(abort, 'the audit trail is append-only'); end"
        for verb in ("update", "delete")
    ),
    (
        "create trigger audit_entry_no_replace before insert on audit_entry"
        " when exists (select 1 from audit_entry where id = new.id)"
        " begin select raise(abort, 'the audit trail is append-only'); end"
    ),
]
POSTGRESQL_AUDIT_GUARDS = [
    (
        "create function refuse_change_of_audit_entry() returns trigger language plpgsql as"
        " $$ begin raise exception 'the audit trail is append-only'; end $$"
    ),
    (
        "create trigger audit_entry_is_append_only before update or delete or truncate on audit_entry"
        " for each statement execute function refuse_change_of_audit_entry()"
    ),
]
# The columns of a signature that organizers search.
LOOKUP_COLUMNS = "given_name, family_name, email, comment, country, evidence, petition_id"
SQLITE_LOOKUP_TRIGGERS = [
    (
        f"create trigger signature_lookup_changed after update of {LOOKUP_COLUMNS} on signature begin"
        " delete from signature_lookup where rowid = old.id;"
        " insert or ignore into lookup_due (signature_id) values (new.id); end"
    ),
    (
        "create trigger signature_lookup_deleted after delete on signature begin"
        " delete from signature_lookup where rowid = old.id; end"
    ),
]
POSTGRESQL_LOOKUP_TRIGGERS = [
    (
        "create function follow_signature_lookup() returns trigger language plpgsql as $$ begin"
        " delete from signature_lookup where signature_id = old.id;"
        " if tg_op = 'UPDATE' then insert into lookup_due (signature_id) values (new.id) on conflict do nothing; end if;"
        " return null; end $$"
    ),
    (
        f"create trigger signature_lookup_changed after update of {LOOKUP_COLUMNS} on signature"
        " for each row execute function follow_signature_lookup()"
    ),
    (
        "create trigger signature_lookup_deleted after delete on signature"
        " for each row execute function follow_signature_lookup()"
    ),
]
# What the search index is built from: {table: (kind of item, its id in the row that changed)}.
SEARCH_TABLES = {
    "cause": ("cause", "id"),
    "cause_text": ("cause", "cause_id"),
    "petition": ("petition", "id"),
    "petition_version": ("petition", "petition_id"),
    "target": ("petition", "petition_id"),
    "answer": ("petition", "petition_id"),
    "event": ("event", "id"),
    "event_text": ("event", "event_id"),
    "campaign_update": ("update", "id"),
    "campaign_update_text": ("update", "update_id"),
}
# Everything of a cause appears and disappears with it.
SEARCH_ITEMS_OF_CAUSE = (
    "insert into search_change (kind, subject_id)"
    " select 'petition', id from petition where cause_id = new.id"
    " union all select 'event', id from event where cause_id = new.id"
    " union all select 'update', id from campaign_update where cause_id = new.id"
)
SEARCH_PETITION_OF_TEXT = (
    "insert into search_change (kind, subject_id)"
    " select 'petition', petition_id from petition_version where id = {row}.version_id"
)
SQLITE_SEARCH_TRIGGERS = [
    *(
        f"create trigger search_{table}_{verb} after {verb} on {table} begin"
        f" insert into search_change (kind, subject_id) values ('{kind}', {row}.{column}); end"
        for table, (kind, column) in SEARCH_TABLES.items()
        for verb, row in (("insert", "new"), ("update", "new"), ("delete", "old"))
    ),
    *(
        f"create trigger search_petition_text_{verb} after {verb} on petition_text begin"
        f" {SEARCH_PETITION_OF_TEXT.format(row=row)}; end"
        for verb, row in (("insert", "new"), ("update", "new"), ("delete", "old"))
    ),
    (
        "create trigger search_cause_state after update of state on cause when new.state <> old.state"
        f" begin {SEARCH_ITEMS_OF_CAUSE}; end"
    ),
]
POSTGRESQL_SEARCH_TRIGGERS = [
    (
        "create function note_search_change() returns trigger language plpgsql as $$ begin"
        " insert into search_change (kind, subject_id) values (tg_argv[0],"
        " (case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end ->> tg_argv[1])::bigint);"
        " return null; end $$"
    ),
    (
        "create function note_search_change_of_text() returns trigger language plpgsql as $$ begin"
        f" if tg_op = 'DELETE' then {SEARCH_PETITION_OF_TEXT.format(row='old')};"
        f" else {SEARCH_PETITION_OF_TEXT.format(row='new')}; end if;"
        " return null; end $$"
    ),
    (
        "create function note_search_change_of_cause() returns trigger language plpgsql as $$ begin"
        f" {SEARCH_ITEMS_OF_CAUSE}; return null; end $$"
    ),
    *(
        f"create trigger search_{table}_changed after insert or update or delete on {table}"
        f" for each row execute function note_search_change('{kind}', '{column}')"
        for table, (kind, column) in SEARCH_TABLES.items()
    ),
    (
        "create trigger search_petition_text_changed after insert or update or delete on petition_text"
        " for each row execute function note_search_change_of_text()"
    ),
    (
        "create trigger search_cause_state after update of state on cause"
        " for each row when (new.state <> old.state) execute function note_search_change_of_cause()"
    ),
]


def upgrade():
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("setup_steps", sa.JSON(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name="only_row"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("is_host", sa.Boolean(), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("legal_form", sa.String(length=80), nullable=False),
        sa.Column("register_number", sa.String(length=80), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("telephone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("data_protection_contact", sa.Text(), nullable=False),
        sa.Column("representative", sa.Text(), nullable=False),
        sa.Column("supervisory_authority", sa.Text(), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("pattern", sa.String(length=12), nullable=False),
        sa.Column("profiles", sa.JSON(), nullable=False),
        sa.Column("sender_name", sa.String(length=80), nullable=False),
        sa.Column("sender_address", sa.String(length=254), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("part_versions", sa.JSON(), nullable=False),
        sa.CheckConstraint("accent = '' or length(accent) = 7", name="accent"),
        sa.CheckConstraint("pattern in ('plain', 'spots')", name="pattern"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )
    op.create_index("uq_organisation_slug", "organisation", ["slug"], unique=True)
    op.create_index(
        "uq_organisation_host",
        "organisation",
        ["is_host"],
        unique=True,
        sqlite_where=sa.text("is_host"),
        postgresql_where=sa.text("is_host"),
    )
    op.create_table(
        "organisation_text",
        sa.Column("organisation_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("home_text", sa.Text(), nullable=False),
        sa.Column("footer_text", sa.Text(), nullable=False),
        sa.Column("imprint", sa.Text(), nullable=False),
        sa.Column("privacy_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_organisation_text_organisation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "lang", name="pk_organisation_text"),
    )
    op.create_table(
        "organisation_image",
        sa.Column("organisation_id", ROW_ID, nullable=False),
        sa.Column("purpose", sa.String(length=4), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.CheckConstraint("purpose in ('logo', 'mark')", name="purpose"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_organisation_image_organisation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "purpose", name="pk_organisation_image"),
    )
    op.create_table(
        "notice",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organisation_id", ROW_ID, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_notice_organisation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_organisation_id", "notice", ["organisation_id"])
    op.create_index("uq_notice_digest", "notice", ["digest", "organisation_id"], unique=True)
    # The row "notice not recorded", for data whose notice nobody knows.
    op.execute(
        "insert into notice (id, digest, lang, text, first_used_at)"
        " values (0, '', '', '', '2026-01-01 00:00:00.000000')"
    )
    op.create_table(
        "consent_text",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_text"),
    )
    op.create_index("uq_consent_text_digest", "consent_text", ["digest"], unique=True)
    op.create_table(
        "consent",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", ROW_ID, nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("text_id", ROW_ID, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint("subject_kind in ('subscription', 'signature')", name="subject_kind"),
        sa.CheckConstraint("purpose in ('news', 'name', 'answer')", name="purpose"),
        sa.CheckConstraint("channel in ('web', 'kiosk', 'paper', 'api', 'import')", name="channel"),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name="fk_consent_text_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_subject", "consent", ["subject_kind", "subject_id"])
    op.create_table(
        "cause",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", ROW_ID, nullable=False),
        sa.Column("palette", sa.String(length=20), nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=False),
        sa.Column("publish_at", INSTANT, nullable=True),
        sa.Column("time_zone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("part_versions", sa.JSON(), nullable=False),
        sa.CheckConstraint("state in ('draft', 'published', 'archived')", name="state"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_cause_organisation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cause"),
    )
    op.create_index("ix_cause_organisation_id", "cause", ["organisation_id"])
    op.create_index("uq_cause_slug", "cause", ["slug"], unique=True)
    op.create_table(
        "former_slug",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("owner_id", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name="pk_former_slug"),
    )
    op.create_index("ix_former_slug_owner", "former_slug", ["kind", "owner_id"])
    op.create_table(
        "kiosk_key",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_key"),
        sa.UniqueConstraint("uuid", name="uq_kiosk_key_uuid"),
    )
    op.create_table(
        "job",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("run_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), nullable=False),
        sa.Column("is_requested_again", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (locked_until is not null)", name="locked_while_running"
        ),
        sa.CheckConstraint("progress between 0 and 100", name="progress"),
        sa.CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index(
        "ix_job_due", "job", ["kind", "run_at"], **_where("state in ('waiting', 'running')")
    )
    op.create_index("ix_job_finished_at", "job", ["finished_at"])
    op.create_index(
        "uq_job_unfinished",
        "job",
        ["kind", "subject_id"],
        unique=True,
        **_where("state in ('waiting', 'running')"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "lookup_due",
        sa.Column("signature_id", ROW_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("signature_id", name="pk_lookup_due"),
    )
    op.create_table(
        "lookup_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_lookup_progress"),
    )
    op.create_table(
        "network_key",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_network_key"),
    )
    op.create_table(
        "organizer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(length=300), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.CheckConstraint("removed_at is null or password_hash is null", name="removed"),
        sa.PrimaryKeyConstraint("id", name="pk_organizer"),
    )
    op.create_index("uq_organizer_email_digest", "organizer", ["email_digest"], unique=True)
    op.create_table(
        "switch",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", ROW_ID, nullable=True),
        sa.Column("organizer_id", ROW_ID, nullable=True),
        sa.Column("off_since", INSTANT, nullable=False),
        sa.Column("off_until", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_switch_organisation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_switch_organizer_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_switch"),
    )
    op.create_index(
        "uq_switch_name",
        "switch",
        ["name", sa.text("coalesce(organisation_id, 0)")],
        unique=True,
    )
    op.create_table(
        "surge_report",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.CheckConstraint("level between 1 and 5", name="level"),
        sa.PrimaryKeyConstraint("level", name="pk_surge_report"),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.CheckConstraint("state in ('owed', 'sent', 'dropped', 'failed')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_message"),
    )
    op.create_index(
        "ix_outbox_message_due",
        "outbox_message",
        ["priority", "due_at"],
        **_where("state = 'owed'"),
    )
    op.create_index(
        "ix_outbox_message_troubled",
        "outbox_message",
        ["kind", "subject_id"],
        **_where("state in ('failed', 'dropped')"),
    )
    op.create_table(
        "own_link_request",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("exact_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_link_request"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_own_link_request_email_digest", "own_link_request", ["email_digest", "created_at"]
    )
    op.create_table(
        "address_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("old_email", sa.String(length=320), nullable=False),
        sa.Column("old_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("new_email", sa.String(length=320), nullable=False),
        sa.Column("new_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("needs_agreement", sa.Boolean(), nullable=False),
        sa.Column("notice_id", ROW_ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("takes_effect_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('requested', 'waiting', 'done', 'stopped', 'refused', 'replaced', 'expired')",
            name="state",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_address_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_address_change_old_digest", "address_change", ["old_digest"])
    op.create_index("ix_address_change_new_digest", "address_change", ["new_digest"])
    op.create_index(
        "ix_address_change_waiting",
        "address_change",
        ["takes_effect_at"],
        **_where("state = 'waiting'"),
    )
    op.create_table(
        "picture",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("owner_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("focal_x", sa.SmallInteger(), nullable=False),
        sa.Column("focal_y", sa.SmallInteger(), nullable=False),
        sa.Column("alts", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.Column("wide", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "focal_x between 0 and 100 and focal_y between 0 and 100",
            name="focal",
        ),
        sa.PrimaryKeyConstraint("kind", "owner_id", name="pk_picture"),
    )
    op.create_table(
        "spent_challenge",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_spent_challenge"),
    )
    op.create_index("ix_spent_challenge_expires_at", "spent_challenge", ["expires_at"])
    op.create_table(
        "stored_shape",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("metadata_toml", sa.Text(), nullable=False),
        sa.Column("ghost", sa.Text(), nullable=False),
        sa.Column("mask", sa.LargeBinary(), nullable=False),
        sa.Column("palette", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_stored_shape"),
    )
    op.create_table(
        "suppressed_address",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.CheckConstraint("reason in ('complaint', 'request', 'organizer')", name="reason"),
        sa.PrimaryKeyConstraint("digest", name="pk_suppressed_address"),
    )
    op.create_index("ix_suppressed_address_since", "suppressed_address", ["since"])
    op.create_table(
        "undeliverable_address",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("reports", sa.SmallInteger(), server_default="2", nullable=False),
        sa.Column("message", sa.String(length=32), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_undeliverable_address"),
    )
    op.create_table(
        "account_link",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("invited_by_id", ROW_ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint("purpose in ('invitation', 'reset')", name="purpose"),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["organizer.id"],
            name="fk_account_link_invited_by_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_account_link_organizer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_link"),
    )
    op.create_index("ix_account_link_organizer_id", "account_link", ["organizer_id"])
    op.create_table(
        "api_key",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("distrusted_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_api_key_cause_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
    )
    op.create_index("ix_api_key_cause_id", "api_key", ["cause_id"])
    op.create_index("uq_api_key_digest", "api_key", ["digest"], unique=True)
    op.create_table(
        "audit_entry",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("cause_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "channel in ('web', 'command', 'worker', 'api', 'kiosk')", name="channel"
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_audit_entry_organizer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "id"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_cause_id", "audit_entry", ["cause_id", "id"])
    op.create_index("ix_audit_entry_organizer_id", "audit_entry", ["organizer_id", "id"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_id", "id"])
    op.create_table(
        "bulk_decision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("verb", sa.String(length=8), nullable=False),
        sa.Column("search", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("upto_id", sa.BigInteger(), nullable=False),
        sa.Column("previewed_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("undone_by", ROW_ID, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('running', 'done', 'undoing', 'undone')", name="state"),
        sa.CheckConstraint(
            "verb in ('approve', 'reject', 'show', 'hide', 'name', 'private')", name="verb"
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_bulk_decision_cause_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_bulk_decision_organizer_id"
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["organizer.id"], name="fk_bulk_decision_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bulk_decision_cause_id", "bulk_decision", ["cause_id", "id"])
    op.create_index(
        "ix_bulk_decision_in_work",
        "bulk_decision",
        ["id"],
        **_where("state in ('running', 'undoing')"),
    )
    op.create_table(
        "cause_shape",
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_cause_shape_cause_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shape"], ["stored_shape.name"], name="fk_cause_shape_shape"),
        sa.PrimaryKeyConstraint("cause_id", "shape", name="pk_cause_shape"),
    )
    op.create_index("ix_cause_shape_shape", "cause_shape", ["shape"])
    op.create_table(
        "cause_tally",
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("freed", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name="count"),
        sa.CheckConstraint("last_number >= count", name="last_number"),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_cause_tally_cause_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cause_id", name="pk_cause_tally"),
    )
    op.create_table(
        "cause_text",
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_cause_text_cause_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cause_id", "lang", name="pk_cause_text"),
    )
    op.create_table(
        "event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("remembered", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_local", sa.DateTime(), nullable=False),
        sa.Column("ends_local", sa.DateTime(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("online_url", sa.String(length=500), nullable=False),
        sa.Column("online_for", sa.String(length=12), nullable=False),
        sa.Column("is_free", sa.Boolean(), nullable=False),
        sa.Column("registration", sa.String(length=12), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("most_seats", sa.SmallInteger(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("original_lang", sa.String(length=35), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.Integer(), nullable=True),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("publish_at", INSTANT, nullable=True),
        sa.Column("registration_closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("part_versions", sa.JSON(), nullable=False),
        sa.CheckConstraint("online_for in ('everyone', 'registered')", name="online_for"),
        sa.CheckConstraint("registration in ('none', 'optional', 'required')", name="registration"),
        sa.CheckConstraint("state in ('draft', 'published', 'cancelled')", name="state"),
        sa.CheckConstraint("capacity is null or capacity > 0", name="capacity"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.CheckConstraint("most_seats between 1 and 20", name="most_seats"),
        sa.CheckConstraint("remembered between 0 and 220", name="remembered"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_event_cause_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_cause_id", "event", ["cause_id", "starts_at"])
    op.create_index("ix_event_ends_at", "event", ["ends_at"])
    op.create_index("ix_event_town", "event", ["town", "starts_at"])
    op.create_index("uq_event_slug", "event", ["slug"], unique=True)
    op.create_table(
        "free_number",
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_free_number_cause_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cause_id", "number", name="pk_free_number"),
    )
    op.create_table(
        "known_device",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_known_device_organizer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_known_device"),
    )
    op.create_index(
        "uq_known_device_token_digest",
        "known_device",
        ["token_digest", "organizer_id"],
        unique=True,
    )
    op.create_table(
        "organizer_session",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("stage in ('password', 'full')", name="stage"),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_organizer_session_organizer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organizer_session"),
    )
    op.create_index("ix_organizer_session_expires_at", "organizer_session", ["expires_at"])
    op.create_index("ix_organizer_session_organizer_id", "organizer_session", ["organizer_id"])
    op.create_index(
        "uq_organizer_session_token_digest", "organizer_session", ["token_digest"], unique=True
    )
    op.create_table(
        "passkey",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2000), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_passkey_organizer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
    )
    op.create_index("ix_passkey_organizer_id", "passkey", ["organizer_id"])
    op.create_index("uq_passkey_credential_id", "passkey", ["credential_id"], unique=True)
    op.create_table(
        "target_profile",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organisation_id", ROW_ID, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("target_kind", sa.String(length=8), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("honorifics", sa.JSON(), nullable=False),
        sa.Column("salutations", sa.JSON(), nullable=False),
        sa.Column("offices", sa.JSON(), nullable=False),
        sa.Column("bodies", sa.JSON(), nullable=False),
        sa.Column("party", sa.String(length=120), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("area_names", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("contact_form", sa.String(length=500), nullable=False),
        sa.Column("telephones", sa.JSON(), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("part_versions", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("target_kind in ('person', 'body')", name="target_kind"),
        sa.CheckConstraint(
            "valid_until is null or valid_from is null or valid_until >= valid_from",
            name="validity",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_target_profile_organisation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_target_profile"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_target_profile_organisation_id", "target_profile", ["organisation_id", "area"]
    )
    op.create_index(
        "uq_target_profile_external_id",
        "target_profile",
        ["organisation_id", "external_id"],
        unique=True,
        **_where("external_id != ''"),
    )
    op.create_table(
        "target_email",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("profile_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("is_listed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_at", INSTANT, nullable=True),
        sa.CheckConstraint("status in ('unknown', 'good', 'bounced', 'asked_not')", name="status"),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["target_profile.id"],
            name="fk_target_email_profile_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_target_email"),
        sa.UniqueConstraint(
            "profile_id", "address_key", name="uq_target_email_profile_id_address_key"
        ),
    )
    op.create_index("ix_target_email_address_key", "target_email", ["address_key"])
    op.create_table(
        "area_code",
        sa.Column("organisation_id", ROW_ID, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("area_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_area_code_organisation_id"
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "country", "prefix", "area", name="pk_area_code"
        ),
    )
    op.create_table(
        "target_import",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organisation_id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("imported_at", INSTANT, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind in ('targets', 'areas')", name="kind"),
        sa.CheckConstraint("state in ('checked', 'imported', 'undone')", name="state"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_target_import_organisation_id"
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_target_import_organizer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_target_import"),
    )
    op.create_index("ix_target_import_organisation_id", "target_import", ["organisation_id", "id"])

    op.create_table(
        "petition",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("action_kind", sa.String(length=12), server_default="petition", nullable=False),
        sa.Column("has_butterflies", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=True),
        sa.Column("closes_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("publish_at", INSTANT, nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("deliver_on", sa.Date(), nullable=True),
        sa.Column("deliver_places", sa.JSON(), nullable=False),
        sa.Column("required_fields", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("confirmation", sa.String(length=20), nullable=False),
        sa.Column("two_per_address", sa.Boolean(), nullable=False),
        sa.Column("neutral_emails", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("offers_answers", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sends_thanks", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("original_lang", sa.String(length=35), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("retention_notified_at", INSTANT, nullable=True),
        sa.Column("retention_done_at", INSTANT, nullable=True),
        sa.Column("delivered_names", sa.String(length=8), server_default="shown", nullable=False),
        sa.Column("delivered_details", sa.JSON(), server_default='["country"]', nullable=False),
        sa.Column("result", sa.String(length=12), server_default="", nullable=False),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("result_changed_at", INSTANT, nullable=True),
        sa.Column("shows_thresholds", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("part_versions", sa.JSON(), nullable=False),
        sa.CheckConstraint("confirmation in ('email', 'email_or_witness')", name="confirmation"),
        sa.CheckConstraint("delivered_names in ('shown', 'full')", name="delivered_names"),
        sa.CheckConstraint("result in ('', 'won', 'partly_won', 'no_answer')", name="result"),
        sa.CheckConstraint("state in ('draft', 'published', 'closed')", name="state"),
        sa.CheckConstraint(
            "closes_at is null or opens_at is null or closes_at > opens_at",
            name="times",
        ),
        sa.CheckConstraint("goal >= 0", name="goal"),
        sa.CheckConstraint("retention_days is null or retention_days > 0", name="retention_days"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_petition_cause_id"),
        sa.PrimaryKeyConstraint("id", name="pk_petition"),
    )
    op.create_index("ix_petition_cause_id", "petition", ["cause_id"])
    op.create_index("uq_petition_slug", "petition", ["slug"], unique=True)
    op.create_table(
        "poster",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("form", sa.String(length=3), nullable=False),
        sa.Column("size", sa.String(length=5), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("with_names", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=True),
        sa.Column("appearance_digest", sa.String(length=32), nullable=False),
        sa.Column("numbers_digest", sa.String(length=32), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("names_digest", sa.String(length=32), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("form in ('pdf', 'png')", name="form"),
        sa.CheckConstraint("state in ('waiting', 'drawing', 'ready', 'failed')", name="state"),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_poster_cause_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_poster"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_poster_variety", "poster", ["cause_id", "form", "size", "lang", "with_names"]
    )
    op.create_index(
        "uq_poster_in_work",
        "poster",
        ["cause_id", "form", "size", "lang", "with_names"],
        unique=True,
        **_where("state in ('waiting', 'drawing')"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_recovery_code_organizer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organizer_id", "code_digest", name="pk_recovery_code"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=True),
        sa.Column("organisation_id", ROW_ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(role = 'admin') = (cause_id is null and organisation_id is null)", name="scope"
        ),
        sa.CheckConstraint(
            "organisation_id is null or (role = 'owner' and cause_id is null)", name="organisation"
        ),
        sa.CheckConstraint(
            "role in ('admin', 'owner', 'editor', 'exporter', 'reviewer', 'tabler')",
            name="role",
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_role_grant_cause_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_role_grant_organisation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_role_grant_organizer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
    )
    op.create_index("ix_role_grant_cause_id", "role_grant", ["cause_id"])
    op.create_index("ix_role_grant_organisation_id", "role_grant", ["organisation_id"])
    op.create_index(
        "uq_role_grant_admin",
        "role_grant",
        ["organizer_id"],
        unique=True,
        **_where("role = 'admin'"),
    )
    op.create_index(
        "uq_role_grant_organisation",
        "role_grant",
        ["organizer_id", "organisation_id"],
        unique=True,
    )
    op.create_index(
        "uq_role_grant_role", "role_grant", ["organizer_id", "cause_id", "role"], unique=True
    )
    op.create_table(
        "search_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", ROW_ID, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind in ('cause', 'petition', 'event', 'update')", name="kind"),
        sa.PrimaryKeyConstraint("id", name="pk_search_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_change_due_at", "search_change", ["due_at"])
    op.create_index("ix_search_change_subject", "search_change", ["kind", "subject_id"])
    op.create_table(
        "search_document",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("text_lang", sa.String(length=35), server_default="", nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("index_version", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("kind in ('cause', 'petition', 'event', 'update')", name="kind"),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_search_document_cause_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_document"),
        sa.UniqueConstraint(
            "kind", "subject_id", "lang", name="uq_search_document_kind_subject_id_lang"
        ),
    )
    op.create_index("ix_search_document_lang", "search_document", ["lang", "slug"])
    op.create_table(
        "shape_draft",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("is_clear", sa.Boolean(), nullable=False),
        sa.Column("background", sa.String(length=7), nullable=False),
        sa.Column("cut_by", sa.String(length=6), nullable=False),
        sa.Column("threshold", sa.SmallInteger(), nullable=True),
        sa.Column("inverted", sa.Boolean(), nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=True),
        sa.Column("error_code", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(shape is null) = (error_code <> '')", name="error_code"),
        sa.CheckConstraint("cut_by in ('alpha', 'colour')", name="cut_by"),
        sa.CheckConstraint("threshold between 1 and 254", name="threshold"),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_shape_draft_cause_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shape"], ["stored_shape.name"], name="fk_shape_draft_shape"),
        sa.PrimaryKeyConstraint("id", name="pk_shape_draft"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shape_draft_cause_id", "shape_draft", ["cause_id"])
    op.create_index("ix_shape_draft_shape", "shape_draft", ["shape"])
    op.create_table(
        "subscription",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=True),
        sa.Column("organisation_id", ROW_ID, nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("notice_id", ROW_ID, server_default="0", nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.Column("signature_id", ROW_ID, nullable=True),
        sa.Column("import_id", ROW_ID, nullable=True),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("mail_count", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_reason", sa.String(length=20), nullable=False),
        sa.Column("ended_mailing_id", ROW_ID, nullable=True),
        sa.Column("digest_from", INSTANT, nullable=True),
        sa.Column("digest_at", INSTANT, nullable=True),
        sa.CheckConstraint("frequency in ('each', 'weekly')", name="frequency"),
        sa.CheckConstraint("(cause_id is null) <> (organisation_id is null)", name="place"),
        sa.CheckConstraint(
            "source in ('form', 'signature', 'kiosk', 'paper', 'import')",
            name="source",
        ),
        sa.CheckConstraint("state = 'ended' or email is not null", name="email"),
        sa.CheckConstraint("state in ('pending', 'active', 'ended')", name="state"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_subscription_cause_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_subscription_organisation_id"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_subscription_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_subscription_address",
        "subscription",
        ["email_digest", sa.text("coalesce(cause_id, -organisation_id)")],
        unique=True,
    )
    op.create_index("ix_subscription_active", "subscription", ["id"], **_where("state = 'active'"))
    op.create_index("ix_subscription_ended_mailing_id", "subscription", ["ended_mailing_id"])
    op.create_index(
        "ix_subscription_pending", "subscription", ["created_at"], **_where("state = 'pending'")
    )
    op.create_index(
        "ix_subscription_import_id",
        "subscription",
        ["import_id", "id"],
        **_where("import_id is not null"),
    )
    op.create_index("ix_subscription_signature_id", "subscription", ["signature_id"])
    op.create_index(
        "ix_subscription_weekly",
        "subscription",
        ["digest_at"],
        **_where("state = 'active' and frequency = 'weekly'"),
    )
    op.create_table(
        "subscriber_import",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=True),
        sa.Column("organisation_id", ROW_ID, nullable=True),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("error_code", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=16), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("(cause_id is null) <> (organisation_id is null)", name="place"),
        sa.CheckConstraint(
            "state in ('open', 'checking', 'checked', 'importing', 'imported', 'undoing', 'undone')",
            name="state",
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_subscriber_import_cause_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_subscriber_import_organisation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_subscriber_import_organizer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber_import"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscriber_import_cause_id", "subscriber_import", ["cause_id", "id"])
    op.create_table(
        "account_alert",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("entry_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name="fk_account_alert_entry_id"),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_account_alert_organizer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_alert"),
    )
    op.create_index("ix_account_alert_organizer_id", "account_alert", ["organizer_id"])
    op.create_index("uq_account_alert", "account_alert", ["entry_id", "organizer_id"], unique=True)
    op.create_table(
        "api_post",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key_id", ROW_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_key.id"], name="fk_api_post_key_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_post"),
    )
    op.create_index("ix_api_post_at", "api_post", ["at"])
    op.create_index("ix_api_post_key_id", "api_post", ["key_id", "at"])
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", ROW_ID, nullable=False),
        sa.Column("signature_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("rejected_at", INSTANT, nullable=True),
        sa.Column("comment_shown", sa.Boolean(), nullable=False),
        sa.Column("comment_read_at", INSTANT, nullable=True),
        sa.Column("name_display", sa.String(length=8), nullable=False),
        sa.Column("name_display_requested", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_decision.id"], name="fk_bulk_item_bulk_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_id", "signature_id", name="pk_bulk_item"),
    )
    op.create_table(
        "campaign_update",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("event_id", ROW_ID, nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("publish_at", INSTANT, nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("original_lang", sa.String(length=35), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("part_versions", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("state = 'draft' or publish_at is not null", name="publish_at"),
        sa.CheckConstraint("state in ('draft', 'published')", name="state"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_campaign_update_cause_id"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name="fk_campaign_update_event_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_update"),
    )
    op.create_index("ix_campaign_update_cause_id", "campaign_update", ["cause_id", "publish_at"])
    op.create_index("ix_campaign_update_publish_at", "campaign_update", ["publish_at"])
    op.create_index("uq_campaign_update_slug", "campaign_update", ["slug"], unique=True)
    op.create_table(
        "embedding",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("allowed", sa.String(length=8), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.CheckConstraint("allowed in ('nobody', 'anybody', 'listed')", name="allowed"),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_embedding_petition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("petition_id", name="pk_embedding"),
    )
    op.create_table(
        "event_petition",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name="fk_event_petition_event_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_event_petition_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "petition_id", name="pk_event_petition"),
    )
    op.create_index("ix_event_petition_petition_id", "event_petition", ["petition_id"])
    op.create_table(
        "event_text",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("programme", sa.JSON(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("price", sa.String(length=200), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name="fk_event_text_event_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "lang", name="pk_event_text"),
    )
    op.create_table(
        "export",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=True),
        sa.Column("cause_id", ROW_ID, nullable=True),
        sa.Column("organisation_id", ROW_ID, nullable=True),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("aim", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("error_code", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=16), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=True),
        sa.CheckConstraint("aim in ('delivery', 'letters', 'records', 'subscribers')", name="aim"),
        sa.CheckConstraint(
            "error_code in ('', 'no_room', 'no_storage', 'too_large', 'broken')", name="error_code"
        ),
        sa.CheckConstraint("kind in ('csv', 'xlsx', 'jsonl', 'pack')", name="kind"),
        sa.CheckConstraint(
            "(aim = 'subscribers') = (petition_id is null)"
            " and (cause_id is not null or aim = 'subscribers')"
            " and (cause_id is null) <> (organisation_id is null)",
            name="subject",
        ),
        sa.CheckConstraint(
            "state != 'ready' or (sha256 != '' and ready_at is not null)", name="ready"
        ),
        sa.CheckConstraint("state in ('waiting', 'working', 'ready', 'failed')", name="state"),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name="fk_export_cause_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_export_organisation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_export_organizer_id"),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_export_petition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_export_petition_id", "export", ["petition_id", "id"])
    op.create_table(
        "export_choice",
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("aim", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name="fk_export_choice_organizer_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_export_choice_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organizer_id", "petition_id", "aim", name="pk_export_choice"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(length=200), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("signatures > 0", name="signatures"),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_delivery_petition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_petition_id", "delivery", ["petition_id", "day"])
    op.create_table(
        "delivery_threshold",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("reached_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("count > 0", name="count"),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_delivery_threshold_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_threshold"),
        sa.UniqueConstraint("petition_id", "count", name="uq_delivery_threshold_petition_id_count"),
    )
    op.create_table(
        "aggregate",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_aggregate_petition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("petition_id", "part", name="pk_aggregate"),
    )
    op.create_table(
        "kiosk",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("paired_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_seen_at", INSTANT, nullable=True),
        sa.Column("app", sa.String(length=20), nullable=False),
        sa.Column("battery", sa.Float(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("oldest_at", INSTANT, nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("emptied_at", INSTANT, nullable=True),
        sa.Column("silence_notified_at", INSTANT, nullable=True),
        sa.Column("key_id", ROW_ID, nullable=True),
        sa.Column("key_since", INSTANT, nullable=True),
        sa.CheckConstraint("battery is null or battery between 0 and 1", name="battery"),
        sa.CheckConstraint("waiting >= 0", name="waiting"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_kiosk_event_id"),
        sa.ForeignKeyConstraint(["key_id"], ["kiosk_key.id"], name="fk_kiosk_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk"),
        sa.UniqueConstraint("uuid", name="uq_kiosk_uuid"),
    )
    op.create_index("ix_kiosk_event_id", "kiosk", ["event_id"])
    op.create_table(
        "kiosk_staff_pin",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_kiosk_staff_pin_event_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_kiosk_staff_pin"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.String(length=12), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.CheckConstraint("evidence in ('email', 'in_person', 'paper', 'api')", name="evidence"),
        sa.CheckConstraint("reason in ('hatched', 'withdrawn', 'held')", name="reason"),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_ledger_entry_petition_id"
        ),
        sa.PrimaryKeyConstraint(
            "petition_id", "hour", "reason", "evidence", name="pk_ledger_entry"
        ),
    )
    op.create_table(
        "petition_tally",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name="count"),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_petition_tally_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", name="pk_petition_tally"),
    )
    op.create_table(
        "petition_wording",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("confirm_subject", sa.String(length=100), server_default="", nullable=False),
        sa.Column("confirm_opening", sa.String(length=300), server_default="", nullable=False),
        sa.Column("reminder_subject", sa.String(length=100), server_default="", nullable=False),
        sa.Column("reminder_opening", sa.String(length=300), server_default="", nullable=False),
        sa.Column("thanks_subject", sa.String(length=100), server_default="", nullable=False),
        sa.Column("thanks_text", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("news_addition", sa.String(length=300), server_default="", nullable=False),
        sa.Column("after_signing", sa.String(length=300), server_default="", nullable=False),
        sa.Column("after_confirming", sa.String(length=300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_petition_wording_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", "lang", name="pk_petition_wording"),
    )
    op.create_table(
        "petition_version",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("targets", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("questions", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("delivered_names", sa.String(length=8), server_default="shown", nullable=False),
        sa.Column("delivered_details", sa.JSON(), server_default='["country"]', nullable=False),
        sa.CheckConstraint("delivered_names in ('shown', 'full')", name="delivered_names"),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_petition_version_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_petition_version"),
        sa.UniqueConstraint("petition_id", "number", name="uq_petition_version_petition_id_number"),
    )
    op.create_table(
        "registration",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("notice_id", ROW_ID, server_default="0", nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reminder_count", sa.SmallInteger(), nullable=False),
        sa.Column("mail_count", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("waits_since", INSTANT, nullable=True),
        sa.Column("hold_seats", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("hold_until", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("checked_in_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('unconfirmed', 'registered', 'waiting', 'held', 'cancelled')",
            name="state",
        ),
        sa.CheckConstraint("seats > 0", name="seats"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name="fk_registration_event_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_registration_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
        sa.UniqueConstraint("event_id", "code", name="uq_registration_event_id_code"),
        sa.UniqueConstraint(
            "event_id", "email_digest", name="uq_registration_event_id_email_digest"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_registration_cancelled",
        "registration",
        ["cancelled_at"],
        **_where("state = 'cancelled'"),
    )
    op.create_index(
        "ix_registration_on_hold",
        "registration",
        ["hold_until"],
        **_where("hold_until is not null"),
    )
    op.create_index("ix_registration_state", "registration", ["event_id", "state", "id"])
    op.create_index(
        "ix_registration_unconfirmed",
        "registration",
        ["created_at"],
        **_where("state = 'unconfirmed'"),
    )
    op.create_index(
        "ix_registration_waiting",
        "registration",
        ["event_id", "waits_since", "id"],
        **_where("state = 'waiting'"),
    )
    op.create_table(
        "event_message",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("original_lang", sa.String(length=35), nullable=False),
        sa.Column("reached_id", ROW_ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint("state in ('draft', 'sending', 'stopped', 'done')", name="state"),
        sa.CheckConstraint(
            "audience in ('registered', 'waiting', 'everyone', 'came')", name="audience"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name="fk_event_message_event_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_message"),
    )
    op.create_index("ix_event_message_event_id", "event_message", ["event_id", "id"])
    op.create_table(
        "event_message_receipt",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("message_id", ROW_ID, nullable=False),
        sa.Column("registration_id", ROW_ID, nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["event_message.id"],
            name="fk_event_message_receipt_message_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_message_receipt"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_event_message_receipt_address",
        "event_message_receipt",
        ["message_id", "email_digest"],
        unique=True,
    )
    op.create_index(
        "uq_event_message_receipt_registration",
        "event_message_receipt",
        ["message_id", "registration_id"],
        unique=True,
    )
    op.create_table(
        "rule",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("on_since", INSTANT, nullable=True),
        sa.Column("off_since", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind in ('network', 'mail_domain', 'country', 'rate', 'words')", name="kind"
        ),
        sa.CheckConstraint("off_since is null or on_since is not null", name="off_since"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_rule_cause_id"),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name="fk_rule_petition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule"),
    )
    op.create_index("ix_rule_cause_id", "rule", ["cause_id"])
    op.create_table(
        "search_text",
        sa.Column("document_id", ROW_ID, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["search_document.id"],
            name="fk_search_text_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_search_text"),
    )
    op.create_table(
        "share_text",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("body", sa.String(length=240), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_share_text_petition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share_text"),
    )
    op.create_index("ix_share_text_petition", "share_text", ["petition_id", "lang"])
    op.create_table(
        "target",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("profile_id", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_target_petition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["target_profile.id"],
            name="fk_target_profile_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
        sa.UniqueConstraint("petition_id", "position", name="uq_target_petition_id_position"),
    )
    op.create_table(
        "answer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("target_id", ROW_ID, nullable=True),
        sa.Column("target_names", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("original_lang", sa.String(length=35), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("written_by_target", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "outcome in ('', 'done', 'promised', 'partly', 'refused')", name="outcome"
        ),
        sa.CheckConstraint(
            "state in ('draft', 'waiting', 'published', 'withdrawn', 'rejected')", name="state"
        ),
        sa.CheckConstraint("state != 'published' or published_at is not null", name="published_at"),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_answer_petition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name="fk_answer_target_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
    )
    op.create_index("ix_answer_petition_id", "answer", ["petition_id", "state"])
    op.create_table(
        "answer_document",
        sa.Column("answer_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("media_type in ('application/pdf', 'image/webp')", name="media_type"),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name="fk_answer_document_answer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("answer_id", name="pk_answer_document"),
    )
    op.create_table(
        "answer_link",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("target_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answer_id", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name="fk_answer_link_answer_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_answer_link_petition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name="fk_answer_link_target_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_link"),
    )
    op.create_index("ix_answer_link_petition_id", "answer_link", ["petition_id", "id"])
    op.create_table(
        "answer_telling",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("answer_id", ROW_ID, nullable=True),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("emailed", sa.Integer(), nullable=False),
        sa.Column("reached_id", ROW_ID, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint("state in ('sending', 'paused', 'stopped', 'done')", name="state"),
        sa.CheckConstraint("people >= 0 and emailed >= 0", name="counts"),
        sa.CheckConstraint("result in ('', 'won', 'partly_won', 'no_answer')", name="result"),
        sa.CheckConstraint("(answer_id is null) = (result != '')", name="topic"),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name="fk_answer_telling_answer_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_answer_telling_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_telling"),
    )
    op.create_index("uq_answer_telling_answer_id", "answer_telling", ["answer_id"], unique=True)
    op.create_index(
        "uq_answer_telling_result",
        "answer_telling",
        ["petition_id", "result"],
        unique=True,
        sqlite_where=sa.text("answer_id is null"),
        postgresql_where=sa.text("answer_id is null"),
    )
    op.create_table(
        "answer_receipt",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("telling_id", ROW_ID, nullable=False),
        sa.Column("signature_id", ROW_ID, nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["telling_id"],
            ["answer_telling.id"],
            name="fk_answer_receipt_telling_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_receipt"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_answer_receipt_address",
        "answer_receipt",
        ["telling_id", "email_digest"],
        unique=True,
    )
    op.create_table(
        "campaign_update_body_picture",
        sa.Column("update_id", ROW_ID, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alts", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["campaign_update.id"],
            name="fk_campaign_update_body_picture_update_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("update_id", "number", name="pk_campaign_update_body_picture"),
        sa.UniqueConstraint(
            "update_id", "digest", name="uq_campaign_update_body_picture_update_id_digest"
        ),
    )
    op.create_index(
        "ix_campaign_update_body_picture_digest", "campaign_update_body_picture", ["digest"]
    )
    op.create_table(
        "campaign_update_petition",
        sa.Column("update_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_campaign_update_petition_petition_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["campaign_update.id"],
            name="fk_campaign_update_petition_update_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("update_id", "petition_id", name="pk_campaign_update_petition"),
    )
    op.create_index(
        "ix_campaign_update_petition_petition_id", "campaign_update_petition", ["petition_id"]
    )
    op.create_table(
        "campaign_update_text",
        sa.Column("update_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["campaign_update.id"],
            name="fk_campaign_update_text_update_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("update_id", "lang", name="pk_campaign_update_text"),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("day_first", sa.Boolean(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("notice_id", ROW_ID, server_default="0", nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("file_format", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("imported_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind in ('typed', 'file')", name="kind"),
        sa.CheckConstraint("state in ('open', 'imported', 'undone', 'dropped')", name="state"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_import_batch_cause_id"),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name="fk_import_batch_organizer_id"
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_import_batch_petition_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["petition_version.id"], name="fk_import_batch_version_id"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_import_batch_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    op.create_index("ix_import_batch_petition_id", "import_batch", ["petition_id"])
    op.create_index("ix_import_batch_sheet", "import_batch", ["sheet"])
    op.create_index("ix_import_batch_state", "import_batch", ["state", "changed_at"])
    op.create_table(
        "kiosk_pairing_code",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("kiosk_id", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_kiosk_pairing_code_event_id"),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name="fk_kiosk_pairing_code_kiosk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_pairing_code"),
        sa.UniqueConstraint("digest", name="uq_kiosk_pairing_code_digest"),
    )
    op.create_index("ix_kiosk_pairing_code_event_id", "kiosk_pairing_code", ["event_id"])
    op.create_table(
        "kiosk_shift",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("tabler", sa.String(length=80), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("tally", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name="fk_kiosk_shift_kiosk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_shift"),
        sa.UniqueConstraint("kiosk_id", "uuid", name="uq_kiosk_shift_kiosk_id_uuid"),
    )
    op.create_table(
        "kiosk_table_code",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_kiosk_table_code_event_id"),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name="fk_kiosk_table_code_kiosk_id"),
        sa.PrimaryKeyConstraint("code", name="pk_kiosk_table_code"),
        sa.UniqueConstraint("kiosk_id", name="uq_kiosk_table_code_kiosk_id"),
    )
    op.create_index("ix_kiosk_table_code_event_id", "kiosk_table_code", ["event_id"])
    op.create_table(
        "mailing",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("update_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("langs", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("reached_id", ROW_ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'sending', 'paused', 'stopped', 'done')", name="state"
        ),
        sa.CheckConstraint("per_minute >= 0", name="per_minute"),
        sa.ForeignKeyConstraint(
            ["update_id"], ["campaign_update.id"], name="fk_mailing_update_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mailing"),
    )
    op.create_index("uq_mailing_update_id", "mailing", ["update_id"], unique=True)
    op.create_table(
        "petition_text",
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind_texts", sa.JSON(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["petition_version.id"],
            name="fk_petition_text_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "lang", name="pk_petition_text"),
    )
    op.create_table(
        "print_run",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("paper", sa.String(length=8), nullable=False),
        sa.Column("sheets", sa.SmallInteger(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("notice_id", ROW_ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("paper in ('A4', 'Letter')", name="paper"),
        sa.CheckConstraint("sheets > 0", name="sheets"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_print_run_cause_id"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_print_run_notice_id"),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name="fk_print_run_petition_id"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["petition_version.id"], name="fk_print_run_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_print_run"),
    )
    op.create_index("ix_print_run_petition_id", "print_run", ["petition_id"])
    op.create_table(
        "mailing_receipt",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("mailing_id", ROW_ID, nullable=False),
        sa.Column("subscription_id", ROW_ID, nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name="fk_mailing_receipt_mailing_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mailing_receipt"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_mailing_receipt_address", "mailing_receipt", ["mailing_id", "email_digest"], unique=True
    )
    op.create_index(
        "uq_mailing_receipt_subscription",
        "mailing_receipt",
        ["mailing_id", "subscription_id"],
        unique=True,
    )
    op.create_table(
        "signature",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("notice_id", ROW_ID, server_default="0", nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("position_at_address", sa.SmallInteger(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("given_name", sa.String(length=80), nullable=True),
        sa.Column("family_name", sa.String(length=80), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("person_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("address_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("postal_code", sa.String(length=16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("comment_shown", sa.Boolean(), nullable=False),
        sa.Column("comment_read_at", INSTANT, nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("kind_data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("name_display", sa.String(length=8), nullable=False),
        sa.Column("name_display_requested", sa.String(length=8), server_default="", nullable=False),
        sa.Column("subscribe", sa.Boolean(), nullable=False),
        sa.Column("tell_answer", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("held_at", INSTANT, nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("rejected_at", INSTANT, nullable=True),
        sa.Column("mail_count", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("waits_until", INSTANT, nullable=True),
        sa.Column("hatched_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("referrer_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=True),
        sa.Column("shift_id", ROW_ID, nullable=True),
        sa.Column("event_id", ROW_ID, nullable=True),
        sa.Column("consent_at", INSTANT, nullable=True),
        sa.Column("merged_into_id", ROW_ID, nullable=True),
        sa.CheckConstraint(
            "evidence != 'email' or email_digest is not null or state = 'erased'",
            name="email",
        ),
        sa.CheckConstraint("evidence in ('email', 'in_person', 'paper', 'api')", name="evidence"),
        sa.CheckConstraint("name_display in ('full', 'initials', 'counted')", name="name_display"),
        sa.CheckConstraint(
            "state != 'counted' or hatched_at is not null", name="counted_is_hatched"
        ),
        sa.CheckConstraint("number is null or hatched_at is not null", name="numbered_is_hatched"),
        sa.CheckConstraint("state = 'erased' or given_name is not null", name="given_name"),
        sa.CheckConstraint(
            "state in ('pending', 'confirmed', 'counted', 'held', 'withdrawn', 'erased')",
            name="state",
        ),
        sa.CheckConstraint("number is null or number > 0", name="number"),
        sa.CheckConstraint("position_at_address in (1, 2)", name="position_at_address"),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name="fk_signature_cause_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_signature_event_id"),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name="fk_signature_kiosk_id"),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name="fk_signature_petition_id"),
        sa.ForeignKeyConstraint(["shift_id"], ["kiosk_shift.id"], name="fk_signature_shift_id"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["petition_version.id"], name="fk_signature_version_id"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_signature_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signature_address_digest", "signature", ["address_digest", "created_at"])
    op.create_index(
        "ix_signature_name_display_requested",
        "signature",
        ["event_id", "id"],
        **_where("name_display_requested != ''"),
    )
    op.create_index(
        "ix_signature_referrer_id",
        "signature",
        ["referrer_id"],
        **_where("referrer_id is not null"),
    )
    op.create_index(
        "ix_signature_comment_hidden",
        "signature",
        ["petition_id", "id"],
        **_where(
            "state = 'counted' and comment != '' and not comment_shown and comment_read_at is not null"
        ),
    )
    op.create_index(
        "ix_signature_comment_shown",
        "signature",
        ["petition_id", "id"],
        **_where("state = 'counted' and comment_shown"),
    )
    op.create_index(
        "ix_signature_erased", "signature", ["petition_id", "id"], **_where("state = 'erased'")
    )
    op.create_index(
        "ix_signature_erased_counted",
        "signature",
        ["petition_id"],
        **_where("state = 'erased' and hatched_at is not null"),
    )
    op.create_index(
        "ix_signature_held",
        "signature",
        ["petition_id", "id", "rejected_at"],
        **_where("state = 'held'"),
    )
    op.create_index(
        "ix_signature_held_unconfirmed",
        "signature",
        ["created_at"],
        **_where("state = 'held' and confirmed_at is null and evidence = 'email'"),
    )
    op.create_index(
        "ix_signature_in_batch",
        "signature",
        ["waits_until"],
        **_where("state = 'confirmed' and waits_until is not null"),
    )
    op.create_index(
        "ix_signature_pending",
        "signature",
        ["created_at", "petition_id"],
        **_where("state = 'pending'"),
    )
    op.create_index("ix_signature_person", "signature", ["petition_id", "person_digest"])
    op.create_index("ix_signature_petition", "signature", ["petition_id", "id"])
    op.create_index(
        "ix_signature_rejected",
        "signature",
        ["petition_id", "id"],
        **_where("state = 'held' and rejected_at is not null"),
    )
    op.create_index(
        "ix_signature_shown",
        "signature",
        ["petition_id", "number"],
        **_where(
            "state = 'counted' and number is not null and name_display in ('full', 'initials')"
        ),
    )
    op.create_index(
        "ix_signature_source", "signature", ["source", "created_at"], **_where("source != ''")
    )
    op.create_index(
        "ix_signature_tell_answer",
        "signature",
        ["petition_id", "id"],
        **_where("tell_answer"),
    )
    op.create_index(
        "ix_signature_approved_asking",
        "signature",
        ["petition_id", "reviewed_at"],
        **_where("tell_answer and reviewed_at is not null"),
    )
    op.create_index(
        "ix_signature_to_hatch",
        "signature",
        ["id"],
        **_where("state = 'confirmed' and waits_until is null"),
    )
    op.create_index(
        "ix_signature_to_release",
        "signature",
        ["id"],
        **_where("state not in ('counted', 'confirmed', 'erased') and hatched_at is not null"),
    )
    op.create_index(
        "ix_signature_to_review",
        "signature",
        ["petition_id", "id", "held_reason", "rejected_at"],
        **_where("state = 'held' and rejected_at is null"),
    )
    op.create_index(
        "ix_signature_unread",
        "signature",
        ["petition_id", "id"],
        **_where(
            "state = 'counted' and comment != '' and not comment_shown and comment_read_at is null"
        ),
    )
    op.create_index(
        "ix_signature_withdrawn",
        "signature",
        ["withdrawn_at", "petition_id"],
        **_where("state = 'withdrawn'"),
    )
    op.create_index(
        "uq_signature_address",
        "signature",
        ["email_digest", "petition_id", "position_at_address"],
        unique=True,
    )
    op.create_index("uq_signature_number", "signature", ["cause_id", "number"], unique=True)
    op.create_index(
        "uq_signature_person",
        "signature",
        ["petition_id", "person_digest"],
        unique=True,
        **_where("email_digest is null"),
    )
    op.create_table(
        "letter_settings",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=4), nullable=False),
        sa.Column("selection", sa.String(length=4), nullable=False),
        sa.Column("max_per_hour", sa.Integer(), nullable=False),
        sa.Column("offers_reply", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint("period in ('day', 'week')", name="period"),
        sa.CheckConstraint("selection in ('list', 'area')", name="selection"),
        sa.CheckConstraint("way in ('self', 'individual', 'gathered', 'in_person')", name="way"),
        sa.CheckConstraint("max_per_hour > 0", name="max_per_hour"),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_letter_settings_petition_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", name="pk_letter_settings"),
    )
    op.create_table(
        "letter_batch",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("profile_id", ROW_ID, nullable=True),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("email_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("bounced_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_letter_batch_petition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["target_profile.id"],
            name="fk_letter_batch_profile_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letter_batch"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_letter_batch_petition_id", "letter_batch", ["petition_id", "profile_id", "created_at"]
    )
    op.create_table(
        "letter",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("signature_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("profile_id", ROW_ID, nullable=True),
        sa.Column("batch_id", ROW_ID, nullable=True),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=12), server_default="", nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("target_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("personal_percent", sa.SmallInteger(), nullable=False),
        sa.Column("shares_address", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("email_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("queued_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("bounced_at", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "reason in ('', 'no_address', 'removed', 'own_address', 'bounced', 'unreachable', "
            "'refused', 'closed', 'withdrawn')",
            name="reason",
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'queued', 'sent', 'bounced', 'stopped', 'done')", name="state"
        ),
        sa.CheckConstraint("way in ('self', 'individual', 'gathered', 'in_person')", name="way"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["letter_batch.id"], name="fk_letter_batch_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_letter_petition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["target_profile.id"], name="fk_letter_profile_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name="fk_letter_signature_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("signature_id", "profile_id", name="uq_letter_signature_id_profile_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_petition_id", "letter", ["petition_id", "state"])
    op.create_index("ix_letter_profile_id", "letter", ["profile_id", "sent_at"])
    op.create_index("ix_letter_queued_at", "letter", ["queued_at", "profile_id", "petition_id"])
    op.create_index("ix_letter_batch_id", "letter", ["batch_id"])
    op.create_index(
        "ix_letter_state",
        "letter",
        ["state", "way", "profile_id", "petition_id", "id", "not_before"],
    )
    op.create_table(
        "letter_refusal",
        sa.Column("address_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address_digest", name="pk_letter_refusal"),
    )
    op.create_table(
        "held_correction",
        sa.Column("signature_id", ROW_ID, nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_held_correction_signature_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("signature_id", name="pk_held_correction"),
    )
    op.create_table(
        "import_row",
        sa.Column("batch_id", ROW_ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("typed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error_code", sa.String(length=20), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("outcome_details", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("sheet_row", sa.String(length=20), nullable=False),
        sa.Column("signature_id", ROW_ID, nullable=True),
        sa.CheckConstraint(
            "outcome in ('', 'new', 'held', 'duplicate', 'wrong', 'left_out')",
            name="outcome",
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name="fk_import_row_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_import_row_signature_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", name="pk_import_row"),
    )
    op.create_index("ix_import_row_outcome", "import_row", ["batch_id", "outcome", "place"])
    op.create_index("ix_import_row_signature_id", "import_row", ["signature_id"])
    op.create_table(
        "kiosk_record",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("petition_id", ROW_ID, nullable=True),
        sa.Column("signature_id", ROW_ID, nullable=True),
        sa.Column("shift_id", ROW_ID, nullable=True),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("consent", sa.String(length=10), nullable=False),
        sa.Column("notice_id", ROW_ID, server_default="0", nullable=False),
        sa.Column("drawing", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.CheckConstraint("status = 'review' or reason = ''", name="reason"),
        sa.CheckConstraint("status = 'review' or sealed is null", name="sealed"),
        sa.CheckConstraint("status in ('stored', 'review')", name="status"),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name="fk_kiosk_record_kiosk_id"),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name="fk_kiosk_record_petition_id"
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["kiosk_shift.id"], name="fk_kiosk_record_shift_id"),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_kiosk_record_signature_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_kiosk_record_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_record"),
        sa.UniqueConstraint("kiosk_id", "uuid", name="uq_kiosk_record_kiosk_id_uuid"),
    )
    op.create_index("ix_kiosk_record_drawing", "kiosk_record", ["id"], **_where("drawing != ''"))
    op.create_index(
        "ix_kiosk_record_in_review",
        "kiosk_record",
        ["kiosk_id", "id"],
        **_where("status = 'review'"),
    )
    op.create_index("ix_kiosk_record_sequence", "kiosk_record", ["kiosk_id", "sequence"])
    op.create_index("ix_kiosk_record_shift_id", "kiosk_record", ["shift_id"])
    op.create_index("ix_kiosk_record_signature_id", "kiosk_record", ["signature_id"])
    op.create_index("ix_kiosk_record_signed_at", "kiosk_record", ["kiosk_id", "signed_at"])
    op.create_table(
        "repeat_signing",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("form_data", sa.JSON(), nullable=False),
        sa.Column("notice_id", ROW_ID, server_default="0", nullable=False),
        sa.Column("address_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("signature_id", ROW_ID, nullable=True),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name="fk_repeat_signing_petition_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_repeat_signing_signature_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_repeat_signing_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_repeat_signing"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_repeat_signing_created_at",
        "repeat_signing",
        ["created_at"],
        **_where("signature_id is not null"),
    )
    op.create_index(
        "ix_repeat_signing_new", "repeat_signing", ["id"], **_where("signature_id is null")
    )
    op.create_index(
        "ix_repeat_signing_signature_id",
        "repeat_signing",
        ["signature_id"],
        **_where("signature_id is not null"),
    )
    op.create_table(
        "share_assignment",
        sa.Column("signature_id", ROW_ID, nullable=False),
        sa.Column("text_id", ROW_ID, nullable=False),
        sa.Column("assigned_at", INSTANT, nullable=False),
        sa.Column("shared_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_share_assignment_signature_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["share_text.id"], name="fk_share_assignment_text_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signature_id", name="pk_share_assignment"),
    )
    op.create_index("ix_share_assignment_text", "share_assignment", ["text_id", "assigned_at"])
    _create_audit_guards()
    _create_search_terms()
    _create_search_triggers()
    _create_signature_lookup()


def _where(condition):
    """Return the arguments of a partial index on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _is_sqlite():
    return op.get_bind().dialect.name == "sqlite"


def _create_audit_guards():
    """Forbid changing and deleting audit entries."""
    for statement in SQLITE_AUDIT_GUARDS if _is_sqlite() else POSTGRESQL_AUDIT_GUARDS:
        op.execute(statement)


def _create_search_terms():
    """Create the full-text index of public pages."""
    if _is_sqlite():
        op.execute(
            "create virtual table search_terms using fts5"
            "(lang, title, summary, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
        )
        return
    op.create_table(
        "search_terms",
        sa.Column("document_id", ROW_ID, nullable=False),
        sa.Column("terms", TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["search_document.id"],
            name="fk_search_terms_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_search_terms"),
    )
    # The index alone answers a search. Stored out of line, the terms do not spread out the rows
    # that it points to.
    op.execute("alter table search_terms alter column terms set storage external")
    op.execute("alter table search_terms set (toast_tuple_target = 128)")
    op.create_index("ix_search_terms_terms", "search_terms", ["terms"], postgresql_using="gin")


def _create_search_triggers():
    """Note each change of what the full-text index of public pages is built from."""
    for statement in SQLITE_SEARCH_TRIGGERS if _is_sqlite() else POSTGRESQL_SEARCH_TRIGGERS:
        op.execute(statement)


def _create_signature_lookup():
    """Create the full-text index of signatures, and triggers that keep it in step."""
    if _is_sqlite():
        # FTS5 reads the newest matches first only for whole words and for prefixes of these
        # lengths. For any other prefix, it first collects all that match.
        op.execute(
            "create virtual table signature_lookup using fts5"
            """(terms, detail = none, tokenize = "ascii tokenchars '+@'", prefix = '2 3 4 5 6')"""
        )
    else:
        op.create_table(
            "signature_lookup",
            sa.Column("signature_id", ROW_ID, nullable=False, autoincrement=False),
            sa.Column("terms", TSVECTOR(), nullable=False),
            sa.PrimaryKeyConstraint("signature_id", name="pk_signature_lookup"),
        )
        op.create_index(
            "ix_signature_lookup_terms", "signature_lookup", ["terms"], postgresql_using="gin"
        )
    for statement in SQLITE_LOOKUP_TRIGGERS if _is_sqlite() else POSTGRESQL_LOOKUP_TRIGGERS:
        op.execute(statement)


def downgrade():
    raise NotImplementedError("There is no version before this one. Restore a backup instead.")
