"""Add pictures inside the texts of updates, and why an organizer suppressed an address."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "campaign_update_body_picture",
        sa.Column("update_id", ROW_ID, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alts", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["campaign_update.id"],
            name=op.f("fk_campaign_update_body_picture_update_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "update_id", "number", name=op.f("pk_campaign_update_body_picture")
        ),
        sa.UniqueConstraint(
            "update_id", "digest", name=op.f("uq_campaign_update_body_picture_update_id")
        ),
    )
    op.create_index(
        "ix_campaign_update_body_picture_digest", "campaign_update_body_picture", ["digest"]
    )
    op.add_column(
        "suppressed_address",
        sa.Column("note", sa.String(length=300), nullable=False, server_default=""),
    )
    op.create_index("ix_suppressed_address_since", "suppressed_address", ["since"])


def downgrade():
    op.drop_index("ix_suppressed_address_since", "suppressed_address")
    op.execute("alter table suppressed_address drop column note")
    op.drop_table("campaign_update_body_picture")
