"""Add a table for repeated signatures, and find held unconfirmed signatures by age."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

HELD = sa.text("state = 'held' and confirmed_at is null and evidence = 'email'")


def upgrade():
    op.create_table(
        "repeat_signing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_repeat_signing_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeat_signing")),
    )
    op.create_index(
        "ix_signature_held_unconfirmed",
        "signature",
        ["created_at"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )


def downgrade():
    op.drop_index("ix_signature_held_unconfirmed", table_name="signature")
    op.drop_table("repeat_signing")
