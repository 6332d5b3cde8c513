"""Index what waits for review, and record when partners last used their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TO_REVIEW = sa.text("state = 'held' and rejected_at is null")


def upgrade():
    op.create_index(
        "ix_signature_to_review",
        "signature",
        ["petition_id", "id"],
        sqlite_where=TO_REVIEW,
        postgresql_where=TO_REVIEW,
    )
    op.add_column("api_key", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.execute("alter table api_key drop column used_at")
    op.drop_index("ix_signature_to_review", "signature")
