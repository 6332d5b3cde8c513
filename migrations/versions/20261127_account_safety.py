"""Record who gets an email about an audit event, and forbid replacing events on SQLite."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

# "insert or replace" deletes the old row without firing the trigger that forbids deleting.
SQLITE_GUARD = (
    "create trigger audit_entry_no_replace before insert on audit_entry"
    " when exists (select 1 from audit_entry where id = new.id)"
    " begin select raise(abort, 'the audit trail is append-only'); end"
)


def upgrade():
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "account_alert",
        sa.Column("id", row_id, nullable=False),
        sa.Column("organizer_id", row_id, nullable=False),
        sa.Column("entry_id", row_id, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("fk_account_alert_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizer.id"],
            name=op.f("fk_account_alert_organizer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_alert")),
    )
    op.create_index("uq_account_alert", "account_alert", ["entry_id", "organizer_id"], unique=True)
    op.create_index(op.f("ix_account_alert_organizer_id"), "account_alert", ["organizer_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_GUARD)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop trigger audit_entry_no_replace")
    op.drop_table("account_alert")
