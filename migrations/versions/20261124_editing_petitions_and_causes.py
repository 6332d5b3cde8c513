"""Add the editing of petitions and causes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    # Add only columns with a default. SQLite then need not rebuild the table, which would cascade.
    for column in (
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("deliver_places", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("text_revision", sa.Integer(), nullable=False, server_default="1"),
    ):
        op.add_column("petition", column)
    op.add_column("cause", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "update petition set opened_at = coalesce(opens_at, created_at) where state <> 'draft'"
    )
    _move_places()

    op.create_table(
        "petition_former_slug",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("petition_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_petition_former_slug_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_petition_former_slug")),
    )
    op.create_index("ix_petition_former_slug_petition_id", "petition_former_slug", ["petition_id"])
    op.create_table(
        "cause_former_slug",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("cause_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"],
            ["cause.id"],
            name=op.f("fk_cause_former_slug_cause_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_cause_former_slug")),
    )
    op.create_index("ix_cause_former_slug_cause_id", "cause_former_slug", ["cause_id"])


def _move_places():
    """Move the delivery place from the newest version to the petition.

    Where signatures are handed over is not part of what people signed.
    """
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "select v.petition_id, t.lang, t.deliver_place from petition_text t join petition_version v on v.id = t.version_id"
            " where t.deliver_place <> '' order by v.number"
        )
    )
    places = {}
    for petition_id, lang, place in rows:
        places.setdefault(petition_id, {})[lang] = place
    petition = sa.table("petition", sa.column("id"), sa.column("deliver_places", sa.JSON))
    for petition_id, by_lang in places.items():
        connection.execute(
            petition.update().where(petition.c.id == petition_id).values(deliver_places=by_lang)
        )
    op.execute("alter table petition_text drop column deliver_place")


def downgrade():
    op.drop_table("cause_former_slug")
    op.drop_table("petition_former_slug")
    op.add_column(
        "petition_text",
        sa.Column("deliver_place", sa.String(length=200), nullable=False, server_default=""),
    )
    for name in (
        "text_revision",
        "revision",
        "deliver_places",
        "time_zone",
        "archived_at",
        "opened_at",
    ):
        op.execute(f"alter table petition drop column {name}")
    op.execute("alter table cause drop column revision")
