"""Add sharing, embedding and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BROUGHT = sa.text("brought_by is not null")


def upgrade():
    # Add only columns, one at a time. SQLite then need not rebuild the table.
    op.add_column("signature", sa.Column("brought_by", sa.BigInteger(), nullable=True))
    op.add_column(
        "signature", sa.Column("source", sa.String(length=40), nullable=False, server_default="")
    )
    op.create_index(
        "ix_signature_brought_by",
        "signature",
        ["brought_by"],
        sqlite_where=BROUGHT,
        postgresql_where=BROUGHT,
    )
    op.create_table(
        "share_text",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("words", sa.String(length=240), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_share_text_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_text")),
    )
    op.create_index("ix_share_text_petition", "share_text", ["petition_id", "lang"])
    op.create_table(
        "share_deal",
        sa.Column("signature_id", ROW_ID, nullable=False),
        sa.Column("text_id", ROW_ID, nullable=False),
        sa.Column("dealt_at", INSTANT, nullable=False),
        sa.Column("shared_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name=op.f("fk_share_deal_signature_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["share_text.id"], name=op.f("fk_share_deal_text_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_share_deal")),
    )
    op.create_index("ix_share_deal_text", "share_deal", ["text_id", "dealt_at"])
    op.create_table(
        "embedding",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("allowed", sa.String(length=8), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "allowed in ('nobody', 'anybody', 'listed')", name=op.f("ck_embedding_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_embedding_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_embedding")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_api_key_cause_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index("uq_api_key_digest", "api_key", ["digest"], unique=True)
    op.create_index("ix_api_key_cause_id", "api_key", ["cause_id"])


def downgrade():
    op.drop_table("api_key")
    op.drop_table("embedding")
    op.drop_table("share_deal")
    op.drop_table("share_text")
    op.drop_index("ix_signature_brought_by", "signature")
    op.drop_column("signature", "source")
    op.drop_column("signature", "brought_by")
