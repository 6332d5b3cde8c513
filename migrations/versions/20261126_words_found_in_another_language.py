"""Store the language of a search result, which may differ from the reader's."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade():
    # No source has an empty mark, so the worker reads these documents again. Until then they are
    # found as before.
    op.add_column(
        "search_document",
        sa.Column("written_in", sa.String(length=2), nullable=False, server_default=""),
    )
    op.execute("update search_document set written_in = lang, mark = ''")


def downgrade():
    op.drop_column("search_document", "written_in")
