"""Add rules, reviewing and retention."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HELD = sa.text("state = 'held'")
UNREAD = sa.text(
    "state = 'counted' and comment != '' and not comment_shown and comment_read_at is null"
)
TROUBLED = sa.text("state in ('failed', 'dropped')")


def upgrade():
    op.create_table(
        "rule",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("cause_id", ROW_ID, nullable=False),
        sa.Column("petition_id", ROW_ID, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("on_since", INSTANT, nullable=True),
        sa.Column("off_since", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind in ('network', 'mail_domain', 'country', 'rate', 'words')",
            name=op.f("ck_rule_kind"),
        ),
        sa.CheckConstraint(
            "off_since is null or on_since is not null", name=op.f("ck_rule_off_since")
        ),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_rule_cause_id")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_rule_petition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
    )
    op.create_index("ix_rule_cause_id", "rule", ["cause_id"])
    # Add only columns, one at a time. SQLite then need not rebuild the table.
    for name in ("comment_read_at", "reviewed_at", "rejected_at"):
        op.add_column("signature", sa.Column(name, INSTANT, nullable=True))
    op.create_index(
        "ix_signature_held",
        "signature",
        ["petition_id", "id"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    op.create_index(
        "ix_signature_unread",
        "signature",
        ["petition_id", "id"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.create_index(
        "ix_owed_message_troubled",
        "owed_message",
        ["kind", "subject_id"],
        sqlite_where=TROUBLED,
        postgresql_where=TROUBLED,
    )
    # Plain SQL that both databases understand. A batch would rebuild the table on SQLite, and
    # dropping the old table would delete the petition's texts too.
    op.execute(
        "alter table petition add column retention_days integer"
        " constraint ck_petition_retention_days check (retention_days is null or retention_days > 0)"
    )
    op.add_column("petition", sa.Column("retention_told_at", INSTANT, nullable=True))
    op.add_column("petition", sa.Column("retention_done_at", INSTANT, nullable=True))


def downgrade():
    op.drop_column("petition", "retention_done_at")
    op.drop_column("petition", "retention_told_at")
    op.drop_column("petition", "retention_days")
    op.drop_index("ix_owed_message_troubled", "owed_message")
    op.drop_index("ix_signature_unread", "signature")
    op.drop_index("ix_signature_held", "signature")
    for name in ("rejected_at", "reviewed_at", "comment_read_at"):
        op.drop_column("signature", name)
    op.drop_table("rule")
