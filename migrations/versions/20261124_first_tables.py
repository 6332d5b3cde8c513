"""Add the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "cause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("palette", sa.String(length=20), nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'published', 'archived')", name=op.f("ck_cause_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause")),
    )
    with op.batch_alter_table("cause", schema=None) as batch_op:
        batch_op.create_index("uq_cause_slug", ["slug"], unique=True)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "owed_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('owed', 'sent', 'dropped', 'failed')", name=op.f("ck_owed_message_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_message")),
    )
    with op.batch_alter_table("owed_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_owed_message_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'owed'"),
            postgresql_where=sa.text("state = 'owed'"),
        )

    op.create_table(
        "undeliverable_address",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_undeliverable_address")),
    )
    op.create_table(
        "cause_tally",
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_cause_tally_count")),
        sa.CheckConstraint("last_number >= count", name=op.f("ck_cause_tally_last_number")),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_cause_tally_cause_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cause_id", name=op.f("pk_cause_tally")),
    )
    op.create_table(
        "cause_text",
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("updates", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_cause_text_cause_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cause_id", "lang", name=op.f("pk_cause_text")),
    )
    op.create_table(
        "free_number",
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_free_number_cause_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cause_id", "number", name=op.f("pk_free_number")),
    )
    op.create_table(
        "petition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deliver_on", sa.Date(), nullable=True),
        sa.Column("required_fields", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("confirmation", sa.String(length=20), nullable=False),
        sa.Column("two_per_address", sa.Boolean(), nullable=False),
        sa.Column("original_lang", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "confirmation in ('email', 'email_or_witness')", name=op.f("ck_petition_confirmation")
        ),
        sa.CheckConstraint(
            "state in ('draft', 'published', 'closed')", name=op.f("ck_petition_state")
        ),
        sa.CheckConstraint(
            "closes_at is null or opens_at is null or closes_at > opens_at",
            name=op.f("ck_petition_times"),
        ),
        sa.CheckConstraint("goal >= 0", name=op.f("ck_petition_goal")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_petition_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition")),
    )
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.create_index("ix_petition_cause_id", ["cause_id"], unique=False)
        batch_op.create_index("uq_petition_slug", ["slug"], unique=True)

    op.create_table(
        "ledger_entry",
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.String(length=12), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "evidence in ('email', 'in_person', 'paper', 'api')",
            name=op.f("ck_ledger_entry_evidence"),
        ),
        sa.CheckConstraint(
            "reason in ('hatched', 'withdrawn', 'held')", name=op.f("ck_ledger_entry_reason")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_ledger_entry_petition_id")
        ),
        sa.PrimaryKeyConstraint(
            "petition_id", "hour", "reason", "evidence", name=op.f("pk_ledger_entry")
        ),
    )
    op.create_table(
        "petition_tally",
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_petition_tally_count")),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_petition_tally_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_petition_tally")),
    )
    op.create_table(
        "petition_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_petition_version_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_version")),
        sa.UniqueConstraint(
            "petition_id", "number", name=op.f("uq_petition_version_petition_id_number")
        ),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_target_petition_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("petition_id", "position", name=op.f("uq_target_petition_id_position")),
    )
    op.create_table(
        "petition_text",
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("deliver_place", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["petition_version.id"],
            name=op.f("fk_petition_text_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "lang", name=op.f("pk_petition_text")),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
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
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("name_display", sa.String(length=8), nullable=False),
        sa.Column("subscribe", sa.Boolean(), nullable=False),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("mail_count", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "evidence != 'email' or email_digest is not null or state = 'erased'",
            name=op.f("ck_signature_email"),
        ),
        sa.CheckConstraint(
            "evidence in ('email', 'in_person', 'paper', 'api')", name=op.f("ck_signature_evidence")
        ),
        sa.CheckConstraint(
            "name_display in ('full', 'initials', 'counted')",
            name=op.f("ck_signature_name_display"),
        ),
        sa.CheckConstraint(
            "state != 'counted' or number is not null", name=op.f("ck_signature_counted_has_number")
        ),
        sa.CheckConstraint(
            "state = 'erased' or given_name is not null", name=op.f("ck_signature_given_name")
        ),
        sa.CheckConstraint(
            "state in ('pending', 'confirmed', 'counted', 'held', 'withdrawn', 'erased')",
            name=op.f("ck_signature_state"),
        ),
        sa.CheckConstraint("number is null or number > 0", name=op.f("ck_signature_number")),
        sa.CheckConstraint("seat in (1, 2)", name=op.f("ck_signature_seat")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_signature_cause_id")),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_signature_petition_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["petition_version.id"], name=op.f("fk_signature_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index(
            "ix_signature_address_digest", ["address_digest", "created_at"], unique=False
        )
        batch_op.create_index("ix_signature_email_digest", ["email_digest"], unique=False)
        batch_op.create_index(
            "ix_signature_pending",
            ["created_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_signature_petition", ["petition_id", "id"], unique=False)
        batch_op.create_index(
            "ix_signature_shown",
            ["petition_id", "number"],
            unique=False,
            sqlite_where=sa.text("state = 'counted' and name_display in ('full', 'initials')"),
            postgresql_where=sa.text("state = 'counted' and name_display in ('full', 'initials')"),
        )
        batch_op.create_index(
            "ix_signature_to_hatch",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'confirmed'"),
            postgresql_where=sa.text("state = 'confirmed'"),
        )
        batch_op.create_index(
            "ix_signature_to_release",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "state not in ('counted', 'confirmed', 'erased') and number is not null"
            ),
            postgresql_where=sa.text(
                "state not in ('counted', 'confirmed', 'erased') and number is not null"
            ),
        )
        batch_op.create_index(
            "ix_signature_withdrawn",
            ["withdrawn_at"],
            unique=False,
            sqlite_where=sa.text("state = 'withdrawn'"),
            postgresql_where=sa.text("state = 'withdrawn'"),
        )
        batch_op.create_index(
            "uq_signature_address", ["petition_id", "email_digest", "seat"], unique=True
        )
        batch_op.create_index("uq_signature_number", ["cause_id", "number"], unique=True)
        batch_op.create_index(
            "uq_signature_person",
            ["petition_id", "person_digest"],
            unique=True,
            sqlite_where=sa.text("email_digest is null"),
            postgresql_where=sa.text("email_digest is null"),
        )


def downgrade():
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_signature_person",
            sqlite_where=sa.text("email_digest is null"),
            postgresql_where=sa.text("email_digest is null"),
        )
        batch_op.drop_index("uq_signature_number")
        batch_op.drop_index("uq_signature_address")
        batch_op.drop_index(
            "ix_signature_withdrawn",
            sqlite_where=sa.text("state = 'withdrawn'"),
            postgresql_where=sa.text("state = 'withdrawn'"),
        )
        batch_op.drop_index(
            "ix_signature_to_release",
            sqlite_where=sa.text(
                "state not in ('counted', 'confirmed', 'erased') and number is not null"
            ),
            postgresql_where=sa.text(
                "state not in ('counted', 'confirmed', 'erased') and number is not null"
            ),
        )
        batch_op.drop_index(
            "ix_signature_to_hatch",
            sqlite_where=sa.text("state = 'confirmed'"),
            postgresql_where=sa.text("state = 'confirmed'"),
        )
        batch_op.drop_index(
            "ix_signature_shown",
            sqlite_where=sa.text("state = 'counted' and name_display in ('full', 'initials')"),
            postgresql_where=sa.text("state = 'counted' and name_display in ('full', 'initials')"),
        )
        batch_op.drop_index("ix_signature_petition")
        batch_op.drop_index(
            "ix_signature_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_signature_email_digest")
        batch_op.drop_index("ix_signature_address_digest")

    op.drop_table("signature")
    op.drop_table("petition_text")
    op.drop_table("target")
    op.drop_table("petition_version")
    op.drop_table("petition_tally")
    op.drop_table("ledger_entry")
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_index("uq_petition_slug")
        batch_op.drop_index("ix_petition_cause_id")

    op.drop_table("petition")
    op.drop_table("free_number")
    op.drop_table("cause_text")
    op.drop_table("cause_tally")
    op.drop_table("undeliverable_address")
    with op.batch_alter_table("owed_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_owed_message_due",
            sqlite_where=sa.text("state = 'owed'"),
            postgresql_where=sa.text("state = 'owed'"),
        )

    op.drop_table("owed_message")
    op.drop_table("lease")
    with op.batch_alter_table("cause", schema=None) as batch_op:
        batch_op.drop_index("uq_cause_slug")

    op.drop_table("cause")
