"""Add printed sheets, and imports from paper."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "print_run",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("paper", sa.String(length=8), nullable=False),
        sa.Column("sheets", sa.SmallInteger(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("paper in ('A4', 'Letter')", name=op.f("ck_print_run_paper")),
        sa.CheckConstraint("sheets > 0", name=op.f("ck_print_run_sheets")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_print_run_cause_id")),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_print_run_petition_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["petition_version.id"], name=op.f("fk_print_run_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    op.create_index("ix_print_run_petition_id", "print_run", ["petition_id"])

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
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("day_first", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("read_as", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("imported_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind in ('typed', 'file')", name=op.f("ck_import_batch_kind")),
        sa.CheckConstraint(
            "state in ('open', 'imported', 'undone', 'dropped')", name=op.f("ck_import_batch_state")
        ),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_import_batch_cause_id")),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name=op.f("fk_import_batch_organizer_id")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition.id"], name=op.f("fk_import_batch_petition_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["petition_version.id"], name=op.f("fk_import_batch_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_petition_id", "import_batch", ["petition_id"])
    op.create_index("ix_import_batch_state", "import_batch", ["state", "changed_at"])
    op.create_index("ix_import_batch_sheet", "import_batch", ["sheet"])

    op.create_table(
        "import_row",
        sa.Column("batch_id", ROW_ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=True),
        sa.Column("typed", sa.JSON(), nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("fate", sa.String(length=12), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("sheet_row", sa.String(length=20), nullable=False),
        sa.Column("signature_id", ROW_ID, nullable=True),
        sa.CheckConstraint(
            "fate in ('', 'new', 'held', 'duplicate', 'wrong', 'left_out')",
            name=op.f("ck_import_row_fate"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_row_batch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name=op.f("fk_import_row_signature_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_fate", "import_row", ["batch_id", "fate", "place"])
    op.create_index("ix_import_row_signature_id", "import_row", ["signature_id"])


def downgrade():
    op.drop_table("import_row")
    op.drop_table("import_batch")
    op.drop_table("print_run")
