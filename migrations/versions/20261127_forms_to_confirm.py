"""Add pending forms, corrections to review, links to the own page, and neutral emails.

Each form waits for its own confirmation. Links to the own page are sent on request.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
NEW = sa.text("signature_id is null")
KEPT = sa.text("signature_id is not null")


def upgrade():
    # Kept rows have their own links, so SQLite must not reuse their ids.
    with op.batch_alter_table(
        "repeat_signing", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(sa.Column("address_digest", sa.LargeBinary(32), nullable=True))
        table.add_column(sa.Column("created_at", INSTANT, nullable=True))
        table.add_column(sa.Column("signature_id", ROW_ID, nullable=True))
        table.add_column(sa.Column("mailed_at", INSTANT, nullable=True))
        table.add_column(sa.Column("used_at", INSTANT, nullable=True))
        table.create_foreign_key(
            "fk_repeat_signing_signature_id",
            "signature",
            ["signature_id"],
            ["id"],
            ondelete="CASCADE",
        )
    forms = sa.table("repeat_signing", sa.column("created_at", INSTANT))
    op.execute(forms.update().values(created_at=datetime.now(UTC)))
    with op.batch_alter_table(
        "repeat_signing", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.alter_column("created_at", existing_type=INSTANT, nullable=False)
    op.create_index(
        "ix_repeat_signing_new", "repeat_signing", ["id"], sqlite_where=NEW, postgresql_where=NEW
    )
    op.create_index(
        "ix_repeat_signing_signature_id",
        "repeat_signing",
        ["signature_id"],
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )
    op.create_index(
        "ix_repeat_signing_created_at",
        "repeat_signing",
        ["created_at"],
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )
    op.create_table(
        "held_correction",
        sa.Column("signature_id", ROW_ID, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_held_correction_signature_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("signature_id", name="pk_held_correction"),
    )
    op.create_table(
        "own_link_request",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("email_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("exact_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_link_request"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_own_link_request_email_digest", "own_link_request", ["email_digest", "created_at"]
    )
    op.add_column(
        "petition",
        sa.Column("neutral_emails", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade():
    op.drop_column("petition", "neutral_emails")
    op.drop_table("own_link_request")
    op.drop_table("held_correction")
    # The older version cannot store a form that waits for its confirmation.
    op.execute(sa.text("delete from repeat_signing where signature_id is not null"))
    for name in ("new", "signature_id", "created_at"):
        op.drop_index(f"ix_repeat_signing_{name}", "repeat_signing")
    with op.batch_alter_table("repeat_signing") as table:
        table.drop_constraint("fk_repeat_signing_signature_id", type_="foreignkey")
        for name in ("used_at", "mailed_at", "signature_id", "created_at", "address_digest"):
            table.drop_column(name)
