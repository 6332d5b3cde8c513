"""Add posters, and shapes from uploaded pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade():
    op.create_table(
        "stored_shape",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("ghost", sa.Text(), nullable=False),
        sa.Column("mask", sa.LargeBinary(), nullable=False),
        sa.Column("palette", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stored_shape")),
    )
    op.create_table(
        "poster",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form", sa.String(length=3), nullable=False),
        sa.Column("size", sa.String(length=5), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("with_names", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("progress", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look", sa.String(length=32), nullable=False),
        sa.Column("numbers", sa.String(length=32), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("names", sa.String(length=32), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("form in ('pdf', 'png')", name=op.f("ck_poster_form")),
        sa.CheckConstraint(
            "state in ('waiting', 'drawing', 'ready', 'failed')", name=op.f("ck_poster_state")
        ),
        sa.CheckConstraint("progress between 0 and 100", name=op.f("ck_poster_progress")),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_poster_cause_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("poster", schema=None) as batch_op:
        batch_op.create_index(
            "ix_poster_due",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("state in ('waiting', 'drawing')"),
            postgresql_where=sa.text("state in ('waiting', 'drawing')"),
        )
        batch_op.create_index(
            "ix_poster_variety", ["cause_id", "form", "size", "lang", "with_names"], unique=False
        )
        batch_op.create_index(
            "uq_poster_in_work",
            ["cause_id", "form", "size", "lang", "with_names"],
            unique=True,
            sqlite_where=sa.text("state in ('waiting', 'drawing')"),
            postgresql_where=sa.text("state in ('waiting', 'drawing')"),
        )


def downgrade():
    with op.batch_alter_table("poster", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_poster_in_work",
            sqlite_where=sa.text("state in ('waiting', 'drawing')"),
            postgresql_where=sa.text("state in ('waiting', 'drawing')"),
        )
        batch_op.drop_index("ix_poster_variety")
        batch_op.drop_index(
            "ix_poster_due",
            sqlite_where=sa.text("state in ('waiting', 'drawing')"),
            postgresql_where=sa.text("state in ('waiting', 'drawing')"),
        )

    op.drop_table("poster")
    op.drop_table("stored_shape")
