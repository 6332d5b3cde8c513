"""Add bulk decisions about signatures, and an index to find them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0031"
down_revision = "0030"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_WORK = sa.text("state in ('running', 'undoing')")
# Name: (condition, columns before, columns after). With the new columns the index alone answers a
# count.
COVERING = {
    "pending": ("state = 'pending'", ["created_at"], ["created_at", "petition_id"]),
    "withdrawn": ("state = 'withdrawn'", ["withdrawn_at"], ["withdrawn_at", "petition_id"]),
    "held": ("state = 'held'", ["petition_id", "id"], ["petition_id", "id", "rejected_at"]),
    "to_review": (
        "state = 'held' and rejected_at is null",
        ["petition_id", "id"],
        ["petition_id", "id", "held_reason", "rejected_at"],
    ),
}
PARTIAL = {
    "rejected": "state = 'held' and rejected_at is not null",
    "erased": "state = 'erased'",
    "comment_shown": "state = 'counted' and comment_shown",
    "comment_hidden": "state = 'counted' and comment != '' and not comment_shown and comment_read_at is not null",
}
WORDS = "given_name, family_name, email, comment, country, evidence, petition_id"
SQLITE_TRIGGERS = (
    f"create trigger signature_lookup_changed after update of {WORDS} on signature begin"
    " delete from signature_lookup where rowid = old.id;"
    " insert or ignore into lookup_due (signature_id) values (new.id); end",
    "create trigger signature_lookup_deleted after delete on signature begin"
    " delete from signature_lookup where rowid = old.id; end",
)
POSTGRESQL_TRIGGERS = (
    "create function follow_signature_lookup() returns trigger language plpgsql as $$ begin"
    " delete from signature_lookup where signature_id = old.id;"
    " if tg_op = 'UPDATE' then insert into lookup_due (signature_id) values (new.id) on conflict do nothing; end if;"
    " return null; end $$",
    f"create trigger signature_lookup_changed after update of {WORDS} on signature"
    " for each row execute function follow_signature_lookup()",
    "create trigger signature_lookup_deleted after delete on signature"
    " for each row execute function follow_signature_lookup()",
)


def upgrade():
    op.add_column("signature", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    for name, condition in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(
            f"ix_signature_{name}",
            "signature",
            ["petition_id", "id"],
            sqlite_where=where,
            postgresql_where=where,
        )
    _recreate_indexes(2)
    _create_bulk_tables()
    _create_lookup()


def _recreate_indexes(columns_at):
    for name, index in COVERING.items():
        where = sa.text(index[0])
        op.drop_index(f"ix_signature_{name}", "signature")
        op.create_index(
            f"ix_signature_{name}",
            "signature",
            index[columns_at],
            sqlite_where=where,
            postgresql_where=where,
        )


def _create_bulk_tables():
    op.create_table(
        "bulk_decision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organizer_id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("verb", sa.String(length=8), nullable=False),
        sa.Column("search", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("upto_id", sa.BigInteger(), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", ROW_ID, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "verb in ('approve', 'reject', 'show', 'hide')", name=op.f("ck_bulk_decision_verb")
        ),
        sa.CheckConstraint(
            "state in ('running', 'done', 'undoing', 'undone')", name=op.f("ck_bulk_decision_state")
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_bulk_decision_cause_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizer.id"], name=op.f("fk_bulk_decision_organizer_id")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["organizer.id"], name=op.f("fk_bulk_decision_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bulk_decision_cause_id", "bulk_decision", ["cause_id", "id"])
    op.create_index(
        "ix_bulk_decision_in_work",
        "bulk_decision",
        ["id"],
        sqlite_where=IN_WORK,
        postgresql_where=IN_WORK,
    )
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", ROW_ID, nullable=False),
        sa.Column("signature_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment_shown", sa.Boolean(), nullable=False),
        sa.Column("comment_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_decision.id"], name=op.f("fk_bulk_item_bulk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_id", "signature_id", name=op.f("pk_bulk_item")),
    )


def _create_lookup():
    op.create_table(
        "lookup_due",
        sa.Column("signature_id", ROW_ID, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_lookup_due")),
    )
    op.create_table(
        "lookup_progress",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_lookup_progress_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_progress")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create virtual table signature_lookup using fts5"
            """(words, detail = none, tokenize = "ascii tokenchars '+@'", prefix = '2 3')"""
        )
        for trigger in SQLITE_TRIGGERS:
            op.execute(trigger)
        return
    op.create_table(
        "signature_lookup",
        sa.Column("signature_id", ROW_ID, nullable=False, autoincrement=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_signature_lookup")),
    )
    op.create_index(
        "ix_signature_lookup_words", "signature_lookup", ["words"], postgresql_using="gin"
    )
    for trigger in POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        for name in ("signature_lookup_changed", "signature_lookup_deleted"):
            op.execute(f"drop trigger {name}")
    else:
        for name in ("signature_lookup_changed", "signature_lookup_deleted"):
            op.execute(f"drop trigger {name} on signature")
        op.execute("drop function follow_signature_lookup")
    for name in ("signature_lookup", "lookup_progress", "lookup_due", "bulk_item", "bulk_decision"):
        op.drop_table(name)
    _recreate_indexes(1)
    for name in PARTIAL:
        op.drop_index(f"ix_signature_{name}", "signature")
    op.drop_column("signature", "held_at")
