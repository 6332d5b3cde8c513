"""Keep targets, questions and delivery in the versions, and changes in the activity log.

Each version of a petition stores who was asked, its questions, and what it said would be delivered.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

# What the sentence at the sign button said until now, whatever a petition really delivered.
TOLD_NAMES, TOLD_DETAILS = "shown", ["country"]

petition = sa.table(
    "petition",
    *(sa.column(name) for name in ("id", "state", "opened_at", "handed_names")),
    *(sa.column(name, sa.JSON()) for name in ("questions", "handed_details")),
)
version = sa.table(
    "petition_version",
    *(sa.column(name) for name in ("id", "petition_id", "number", "handed_names")),
    sa.column("created_at", sa.DateTime()),
    *(sa.column(name, sa.JSON()) for name in ("targets", "questions", "handed_details")),
)
text = sa.table(
    "petition_text",
    *(
        sa.column(name)
        for name in ("version_id", "lang", "title", "summary", "organisation", "body")
    ),
)
target = sa.table(
    "target", sa.column("petition_id"), sa.column("position"), sa.column("names", sa.JSON())
)


def upgrade():
    # Add column by column. Signatures refer to these rows, so the table must not be rebuilt.
    for name in ("targets", "questions"):
        op.add_column(
            "petition_version", sa.Column(name, sa.JSON(), nullable=False, server_default="[]")
        )
    op.execute(
        "alter table petition_version add column handed_names varchar(8) not null default 'shown'"
        " constraint ck_petition_version_handed_names check (handed_names in ('shown', 'full'))"
    )
    op.add_column(
        "petition_version",
        sa.Column("handed_details", sa.JSON(), nullable=False, server_default='["country"]'),
    )
    for row in op.get_bind().execute(sa.select(petition)).all():
        _fill(row)
    erased = sa.text("state = 'erased' and number is not null")
    op.create_index(
        "ix_signature_erased_counted",
        "signature",
        ["petition_id"],
        sqlite_where=erased,
        postgresql_where=erased,
    )


def _fill(row):
    """Store in each version of a petition what its supporters were told.

    If something else is delivered now, only a new version says so.
    """
    bind = op.get_bind()
    targets = bind.scalars(
        sa.select(target.c.names).where(target.c.petition_id == row.id).order_by(target.c.position)
    ).all()
    asked = {"targets": targets, "questions": row.questions}
    now = {"handed_names": row.handed_names, "handed_details": row.handed_details}
    told = {"handed_names": TOLD_NAMES, "handed_details": TOLD_DETAILS} if row.opened_at else now
    bind.execute(sa.update(version).where(version.c.petition_id == row.id).values(**asked, **told))
    if told != now:
        _add_version(row.id, {**asked, **now})


def _add_version(petition_id, terms):
    bind = op.get_bind()
    newest = sa.select(version.c.id, version.c.number).where(version.c.petition_id == petition_id)
    last = bind.execute(newest.order_by(version.c.number.desc()).limit(1)).one()
    created = {
        "petition_id": petition_id,
        "number": last.number + 1,
        "created_at": sa.func.current_timestamp(),
    }
    bind.execute(sa.insert(version).values(**created, **terms))
    added = bind.scalar(
        sa.select(version.c.id).where(
            version.c.petition_id == petition_id, version.c.number == last.number + 1
        )
    )
    copied = sa.select(
        sa.literal(added), *(column for column in text.c if column.name != "version_id")
    ).where(text.c.version_id == last.id)
    bind.execute(sa.insert(text).from_select([column.name for column in text.c], copied))


def downgrade():
    op.drop_index("ix_signature_erased_counted", "signature")
    for name in ("handed_details", "handed_names", "questions", "targets"):
        op.drop_column("petition_version", name)
