"""Send awaited emails first, and let a single report stop only bulk email to an address."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

OWED = sa.text("state = 'owed'")


def upgrade():
    op.add_column(
        "owed_message", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="0")
    )
    op.drop_index("ix_owed_message_due", "owed_message")
    op.create_index(
        "ix_owed_message_due",
        "owed_message",
        ["priority", "due_at"],
        sqlite_where=OWED,
        postgresql_where=OWED,
    )
    op.add_column(
        "undeliverable_address",
        sa.Column("reports", sa.SmallInteger(), nullable=False, server_default="2"),
    )
    op.add_column(
        "undeliverable_address",
        sa.Column("message", sa.String(32), nullable=False, server_default=""),
    )


def downgrade():
    op.drop_column("undeliverable_address", "message")
    op.drop_column("undeliverable_address", "reports")
    op.drop_index("ix_owed_message_due", "owed_message")
    op.create_index(
        "ix_owed_message_due", "owed_message", ["due_at"], sqlite_where=OWED, postgresql_where=OWED
    )
    op.drop_column("owed_message", "priority")
