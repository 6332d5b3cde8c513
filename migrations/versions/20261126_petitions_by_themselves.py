"""Add the scheduled publishing of petitions."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade():
    op.add_column("petition", sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.execute("alter table petition drop column publish_at")
