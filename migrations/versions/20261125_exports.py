"""Add exports, the settings that organizers choose for them, and handovers of signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_WORK = sa.text("state in ('waiting', 'working')")


def upgrade():
    op.create_table(
        "export",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("aim", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("fault", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=16), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("work", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind in ('csv', 'xlsx', 'jsonl', 'pack')", name=op.f("ck_export_kind")),
        sa.CheckConstraint("aim in ('delivery', 'letters', 'records')", name=op.f("ck_export_aim")),
        sa.CheckConstraint(
            "state in ('waiting', 'working', 'ready', 'failed')", name=op.f("ck_export_state")
        ),
        sa.CheckConstraint(
            "fault in ('', 'no_room', 'too_large', 'broken')", name=op.f("ck_export_fault")
        ),
        sa.CheckConstraint(
            "state != 'ready' or (sha256 != '' and ready_at is not null)",
            name=op.f("ck_export_ready"),
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_export_petition_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_export_cause_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name=op.f("fk_export_organizer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_export_due", "export", ["asked_at"], sqlite_where=IN_WORK, postgresql_where=IN_WORK
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
            name=op.f("fk_export_choice_organizer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_export_choice_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organizer_id", "petition_id", "aim", name=op.f("pk_export_choice")
        ),
    )
    op.create_table(
        "handover",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(length=200), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("signatures > 0", name=op.f("ck_handover_signatures")),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_handover_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_petition_id", "handover", ["petition_id", "day"])
    # Plain SQL that both databases understand. A batch would rebuild the table on SQLite, and
    # dropping the old table would delete the petition's texts too.
    op.execute(
        "alter table petition add column handed_names varchar(8) not null default 'shown'"
        " constraint ck_petition_handed_names check (handed_names in ('shown', 'full'))"
    )
    op.add_column(
        "petition",
        sa.Column("handed_details", sa.JSON(), nullable=False, server_default='["country"]'),
    )


def downgrade():
    op.drop_column("petition", "handed_details")
    op.drop_column("petition", "handed_names")
    op.drop_table("handover")
    op.drop_table("export_choice")
    op.drop_table("export")
