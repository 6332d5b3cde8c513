"""Find a person's second signature without reading all, and mark batches being imported."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade():
    op.create_index("ix_signature_person", "signature", ["petition_id", "person_digest"])
    op.add_column(
        "import_batch", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade():
    op.execute("alter table import_batch drop column accepted_at")
    op.drop_index("ix_signature_person", table_name="signature")
