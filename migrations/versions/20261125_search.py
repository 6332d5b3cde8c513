"""Add search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010"
down_revision = "0009"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "search_document",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", ROW_ID, nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("line", sa.String(length=200), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "kind in ('cause', 'petition', 'event', 'update')", name=op.f("ck_search_document_kind")
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_search_document_cause_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint(
            "kind", "subject_id", "lang", name=op.f("uq_search_document_kind_subject_id_lang")
        ),
    )
    op.create_index("ix_search_document_lang", "search_document", ["lang", "slug"])
    op.create_table(
        "search_text",
        sa.Column("document_id", ROW_ID, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["search_document.id"],
            name=op.f("fk_search_text_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_search_text")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create virtual table search_words using fts5"
            "(lang, title, summary, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
        )
        return
    op.create_table(
        "search_words",
        sa.Column("document_id", ROW_ID, nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["search_document.id"],
            name=op.f("fk_search_words_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_search_words")),
    )
    # The index alone answers a search. Stored out of line, the words do not spread out the rows
    # that it points to.
    op.execute("alter table search_words alter column words set storage external")
    op.execute("alter table search_words set (toast_tuple_target = 128)")
    op.create_index("ix_search_words_words", "search_words", ["words"], postgresql_using="gin")


def downgrade():
    op.drop_table("search_words")
    op.drop_table("search_text")
    op.drop_table("search_document")
