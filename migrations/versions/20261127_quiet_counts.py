"""Let registrations wait for confirmation and signatures for their batch, and erase fully."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
STATES = "state in ('unconfirmed', 'registered', 'waiting', 'held', 'cancelled')"
OLD_STATES = "state in ('registered', 'waiting', 'held', 'cancelled')"
CANCELLED, WAITING = sa.text("state = 'cancelled'"), sa.text("state = 'waiting'")
UNCONFIRMED, ON_HOLD = sa.text("state = 'unconfirmed'"), sa.text("hold_until is not null")
TO_HATCH = sa.text("state = 'confirmed' and waits_until is null")
OLD_TO_HATCH = sa.text("state = 'confirmed'")
IN_BATCH = sa.text("state = 'confirmed' and waits_until is not null")
DAYS = ("created_at", "confirmed_at", "hatched_at", "withdrawn_at")


def upgrade():
    op.add_column(
        "registration",
        sa.Column("hold_seats", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.add_column("registration", sa.Column("hold_until", INSTANT, nullable=True))
    _allow_states(STATES)
    for name, columns, where in (
        ("ix_registration_unconfirmed", ["created_at"], UNCONFIRMED),
        ("ix_registration_on_hold", ["hold_until"], ON_HOLD),
    ):
        op.create_index(name, "registration", columns, sqlite_where=where, postgresql_where=where)

    op.add_column(
        "petition", sa.Column("is_quiet", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("signature", sa.Column("waits_until", INSTANT, nullable=True))
    op.drop_index("ix_signature_to_hatch", "signature")
    for name, columns, where in (
        ("ix_signature_to_hatch", ["id"], TO_HATCH),
        ("ix_signature_in_batch", ["waits_until"], IN_BATCH),
    ):
        op.create_index(name, "signature", columns, sqlite_where=where, postgresql_where=where)

    op.add_column("api_key", sa.Column("doubted_at", INSTANT, nullable=True))
    op.create_table(
        "api_post",
        sa.Column("id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_key.id"], name=op.f("fk_api_post_key_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_post")),
    )
    op.create_index("ix_api_post_key_id", "api_post", ["key_id", "at"])
    op.create_index("ix_api_post_at", "api_post", ["at"])
    _clean_erased()


def downgrade():
    op.drop_table("api_post")
    op.execute("alter table api_key drop column doubted_at")
    op.drop_index("ix_signature_in_batch", "signature")
    op.drop_index("ix_signature_to_hatch", "signature")
    op.execute("alter table signature drop column waits_until")
    op.create_index(
        "ix_signature_to_hatch",
        "signature",
        ["id"],
        sqlite_where=OLD_TO_HATCH,
        postgresql_where=OLD_TO_HATCH,
    )
    op.execute("alter table petition drop column is_quiet")
    op.drop_index("ix_registration_on_hold", "registration")
    op.drop_index("ix_registration_unconfirmed", "registration")
    op.execute("delete from registration where state = 'unconfirmed'")
    _allow_states(OLD_STATES)
    for name in ("hold_seats", "hold_until"):
        op.execute(f"alter table registration drop column {name}")


def _allow_states(condition):
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_registration_state"), "registration")
        op.create_check_constraint(op.f("ck_registration_state"), "registration", condition)
        return
    # SQLite rebuilds the table to change a constraint, and would forget which ids it used before.
    last = connection.scalar(sa.text("select seq from sqlite_sequence where name = 'registration'"))
    with op.batch_alter_table(
        "registration", copy_from=_registration(condition), recreate="always"
    ):
        pass
    if last is not None:
        connection.execute(sa.text("delete from sqlite_sequence where name = 'registration'"))
        connection.execute(
            sa.text("insert into sqlite_sequence (name, seq) values ('registration', :last)"),
            {"last": last},
        )


def _registration(condition):
    return sa.Table(
        "registration",
        sa.MetaData(),
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.SmallInteger(), nullable=False),
        sa.Column("mail_count", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("waits_since", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("checked_in_at", INSTANT, nullable=True),
        sa.Column("hold_seats", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("hold_until", INSTANT, nullable=True),
        sa.CheckConstraint("seats > 0", name="ck_registration_seats"),
        sa.CheckConstraint(condition, name="ck_registration_state"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name="fk_registration_event_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
        sa.UniqueConstraint("event_id", "code", name="uq_registration_event_id_code"),
        sa.UniqueConstraint(
            "event_id", "email_digest", name="uq_registration_event_id_email_digest"
        ),
        sa.Index("ix_registration_cancelled", "cancelled_at", sqlite_where=CANCELLED),
        sa.Index("ix_registration_state", "event_id", "state", "id"),
        sa.Index("ix_registration_waiting", "event_id", "waits_since", "id", sqlite_where=WAITING),
        sqlite_autoincrement=True,
    )


def _clean_erased():
    """Remove from erased signatures everything that erasing now removes.

    Of their times only the day is kept, at noon.
    """
    noon = "substr({0}, 1, 10) || ' 12:00:00.000000'"
    if op.get_bind().dialect.name != "sqlite":
        noon = "(date_trunc('day', timezone('UTC', {0})) + interval '12 hours') at time zone 'UTC'"
    days = ", ".join(f"{name} = {noon.format(name)}" for name in DAYS)
    op.execute(
        f"""
        update signature set {days}, country = '', lang = '', name_display = 'counted', held_reason = '', source = '', seat = 1,
        mail_count = 0, reminders = 0, brought_by = null, kiosk_id = null, shift_id = null, event_id = null,
        mailed_at = null, reviewed_at = null, rejected_at = null
        where state = 'erased'
        """
    )
    erased = "signature_id in (select id from signature where state = 'erased')"
    op.execute(f"delete from share_deal where {erased}")
    op.execute(f"update kiosk_record set signature_id = null, drawn = '' where {erased}")
    op.execute(f"update import_row set signature_id = null where {erased}")
