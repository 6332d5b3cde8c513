"""The language that what is found is written in, which may be another than the reader's"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade():
    # Whose mark is no thing's mark is read anew by the worker, and found as before until then.
    op.add_column(
        "search_document",
        sa.Column("written_in", sa.String(length=2), nullable=False, server_default=""),
    )
    op.execute("update search_document set written_in = lang, mark = ''")


def downgrade():
    op.drop_column("search_document", "written_in")
