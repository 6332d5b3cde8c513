"""Count how often a number was freed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade():
    with op.batch_alter_table("cause_tally", schema=None) as batch_op:
        batch_op.add_column(sa.Column("freed", sa.Integer(), nullable=False, server_default="0"))


def downgrade():
    with op.batch_alter_table("cause_tally", schema=None) as batch_op:
        batch_op.drop_column("freed")
