"""Add kiosks, what they send, and when petitions were closed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DRAWN = sa.text("drawn != ''")
SOURCED = sa.text("source != ''")
IN_REVIEW = sa.text("status = 'review'")
PLACES = (("kiosk_id", "kiosk"), ("shift_id", "kiosk_shift"), ("event_id", "event"))


def upgrade():
    op.create_table(
        "kiosk_key",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_kiosk_key_uuid")),
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
        sa.Column("key_id", ROW_ID, nullable=True),
        sa.Column("key_since", INSTANT, nullable=True),
        sa.CheckConstraint(
            "battery is null or battery between 0 and 1", name=op.f("ck_kiosk_battery")
        ),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_kiosk_waiting")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_kiosk_event_id")),
        sa.ForeignKeyConstraint(["key_id"], ["kiosk_key.id"], name=op.f("fk_kiosk_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("uuid", name=op.f("uq_kiosk_uuid")),
    )
    op.create_index("ix_kiosk_event_id", "kiosk", ["event_id"])

    op.create_table(
        "kiosk_staff_pin",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_kiosk_staff_pin_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_kiosk_staff_pin")),
    )
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
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_kiosk_pairing_code_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_pairing_code_kiosk_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_pairing_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_kiosk_pairing_code_digest")),
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
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_shift_kiosk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_shift")),
        sa.UniqueConstraint("kiosk_id", "uuid", name=op.f("uq_kiosk_shift_kiosk_id_uuid")),
    )
    op.create_table(
        "kiosk_table_code",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_kiosk_table_code_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_table_code_kiosk_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kiosk_table_code")),
        sa.UniqueConstraint("kiosk_id", name=op.f("uq_kiosk_table_code_kiosk_id")),
    )
    op.create_index("ix_kiosk_table_code_event_id", "kiosk_table_code", ["event_id"])

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
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.CheckConstraint("status = 'review' or reason = ''", name=op.f("ck_kiosk_record_reason")),
        sa.CheckConstraint(
            "status = 'review' or sealed is null", name=op.f("ck_kiosk_record_sealed")
        ),
        sa.CheckConstraint("status in ('stored', 'review')", name=op.f("ck_kiosk_record_status")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_record_kiosk_id")),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_kiosk_record_petition_id")
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["kiosk_shift.id"], name=op.f("fk_kiosk_record_shift_id")
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name=op.f("fk_kiosk_record_signature_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_record")),
        sa.UniqueConstraint("kiosk_id", "uuid", name=op.f("uq_kiosk_record_kiosk_id_uuid")),
    )
    op.create_index(
        "ix_kiosk_record_drawn", "kiosk_record", ["id"], sqlite_where=DRAWN, postgresql_where=DRAWN
    )
    op.create_index(
        "ix_kiosk_record_in_review",
        "kiosk_record",
        ["kiosk_id", "id"],
        sqlite_where=IN_REVIEW,
        postgresql_where=IN_REVIEW,
    )
    op.create_index("ix_kiosk_record_sequence", "kiosk_record", ["kiosk_id", "sequence"])
    op.create_index("ix_kiosk_record_shift_id", "kiosk_record", ["shift_id"])
    op.create_index("ix_kiosk_record_signature_id", "kiosk_record", ["signature_id"])
    op.create_index("ix_kiosk_record_signed_at", "kiosk_record", ["kiosk_id", "signed_at"])

    # Add only columns, one at a time. SQLite then need not rebuild the table. Alembic cannot
    # express a column with a foreign key this way, so use SQL.
    op.add_column("petition", sa.Column("closed_at", INSTANT, nullable=True))
    kind = "bigint" if op.get_bind().dialect.name == "postgresql" else "integer"
    for column, table in PLACES:
        op.execute(
            f"alter table signature add column {column} {kind} constraint fk_signature_{column} references {table} (id)"
        )
    op.create_index(
        "ix_signature_source",
        "signature",
        ["source", "created_at"],
        sqlite_where=SOURCED,
        postgresql_where=SOURCED,
    )


def downgrade():
    op.drop_index("ix_signature_source", "signature")
    op.drop_table("kiosk_record")
    for column, _ in PLACES:
        op.execute(f"alter table signature drop column {column}")
    op.drop_column("petition", "closed_at")
    for table in (
        "kiosk_table_code",
        "kiosk_shift",
        "kiosk_staff_pin",
        "kiosk_pairing_code",
        "kiosk",
        "kiosk_key",
    ):
        op.drop_table(table)
