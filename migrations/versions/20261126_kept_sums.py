"""Store the totals of a petition, so that pages need not read each signature."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "kept_sum",
        sa.Column("petition_id", ROW_ID, nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_kept_sum_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", "part", name=op.f("pk_kept_sum")),
    )


def downgrade():
    op.drop_table("kept_sum")
