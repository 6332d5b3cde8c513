"""Show names from a table once confirmed, and report a silent tablet once."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

ASKED = sa.text("name_display_asked != ''")


def upgrade():
    op.add_column(
        "signature",
        sa.Column("name_display_asked", sa.String(length=8), server_default="", nullable=False),
    )
    op.create_index(
        "ix_signature_asked",
        "signature",
        ["event_id", "id"],
        sqlite_where=ASKED,
        postgresql_where=ASKED,
    )
    op.add_column("kiosk", sa.Column("silence_told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("kiosk", "silence_told_at")
    op.drop_index("ix_signature_asked", "signature")
    op.drop_column("signature", "name_display_asked")
