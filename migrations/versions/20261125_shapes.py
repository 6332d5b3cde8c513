"""Add shapes chosen by organizers: those of each cause, and drafts from pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "cause_shape",
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_cause_shape_cause_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shape"], ["stored_shape.name"], name=op.f("fk_cause_shape_shape")
        ),
        sa.PrimaryKeyConstraint("cause_id", "shape", name=op.f("pk_cause_shape")),
    )
    op.create_index("ix_cause_shape_shape", "cause_shape", ["shape"])
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
        sa.Column("ground", sa.String(length=7), nullable=False),
        sa.Column("cut_by", sa.String(length=6), nullable=False),
        sa.Column("threshold", sa.SmallInteger(), nullable=True),
        sa.Column("inverted", sa.Boolean(), nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=True),
        sa.Column("fault", sa.String(length=12), nullable=False),
        sa.CheckConstraint("(shape is null) = (fault <> '')", name=op.f("ck_shape_draft_fault")),
        sa.CheckConstraint("cut_by in ('alpha', 'colour')", name=op.f("ck_shape_draft_cut_by")),
        sa.CheckConstraint("threshold between 1 and 254", name=op.f("ck_shape_draft_threshold")),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_shape_draft_cause_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shape"], ["stored_shape.name"], name=op.f("fk_shape_draft_shape")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shape_draft")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shape_draft_cause_id", "shape_draft", ["cause_id"])
    op.create_index("ix_shape_draft_shape", "shape_draft", ["shape"])
    # Record the shapes that causes got from the command line.
    op.execute(
        "insert into cause_shape (cause_id, shape, accepted_at) "
        "select cause.id, stored_shape.name, coalesce(stored_shape.accepted_at, stored_shape.created_at) "
        "from cause join stored_shape on stored_shape.name = cause.shape"
    )


def downgrade():
    op.drop_table("shape_draft")
    op.drop_table("cause_shape")
