"""Petitions that are published by themselves"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'


def upgrade():
    op.add_column('petition', sa.Column('publish_at', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    with op.batch_alter_table('petition') as batch:
        batch.drop_column('publish_at')
