"""Add the event workspace, and the picture of a petition."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOCAL = ("focal_x", "focal_y")


def upgrade():
    op.add_column("event", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("event", sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "event",
        sa.Column("registration_closed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in FOCAL:
        op.add_column(
            "event_picture", sa.Column(name, sa.SmallInteger(), nullable=False, server_default="50")
        )
    op.add_column("event_picture", sa.Column("small", sa.LargeBinary(), nullable=True))

    op.create_table(
        "petition_picture",
        sa.Column("petition_id", ID, nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("focal_x", sa.SmallInteger(), nullable=False),
        sa.Column("focal_y", sa.SmallInteger(), nullable=False),
        sa.Column("alts", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "focal_x between 0 and 100 and focal_y between 0 and 100",
            name=op.f("ck_petition_picture_focal"),
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_petition_picture_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_petition_picture")),
    )


def downgrade():
    op.drop_table("petition_picture")
    op.execute("alter table event_picture drop column small")
    for name in FOCAL:
        op.execute(f"alter table event_picture drop column {name}")
    for name in ("registration_closed", "publish_at", "archived_at"):
        op.execute(f"alter table event drop column {name}")
