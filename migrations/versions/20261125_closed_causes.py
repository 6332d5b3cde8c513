"""Add the scheduled publishing of causes, and closed causes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

INSTANT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("cause", sa.Column("publish_at", INSTANT, nullable=True))
    op.add_column(
        "cause", sa.Column("time_zone", sa.String(length=40), nullable=False, server_default="")
    )
    op.add_column("cause", sa.Column("closed_at", INSTANT, nullable=True))


def downgrade():
    for name in ("closed_at", "time_zone", "publish_at"):
        op.execute(f"alter table cause drop column {name}")
