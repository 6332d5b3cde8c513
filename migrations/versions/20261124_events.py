"""Add events and registrations, and turn the plain entries of causes into rows."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0006"
down_revision = "0005"


def upgrade():
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_vigil", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_local", sa.DateTime(), nullable=False),
        sa.Column("ends_local", sa.DateTime(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("online_url", sa.String(length=500), nullable=False),
        sa.Column("online_for", sa.String(length=12), nullable=False),
        sa.Column("is_free", sa.Boolean(), nullable=False),
        sa.Column("registration", sa.String(length=12), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("most_seats", sa.SmallInteger(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("original_lang", sa.String(length=2), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "online_for in ('everyone', 'registered')", name=op.f("ck_event_online_for")
        ),
        sa.CheckConstraint(
            "registration in ('none', 'optional', 'required')", name=op.f("ck_event_registration")
        ),
        sa.CheckConstraint(
            "state in ('draft', 'published', 'cancelled')", name=op.f("ck_event_state")
        ),
        sa.CheckConstraint("capacity is null or capacity > 0", name=op.f("ck_event_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_times")),
        sa.CheckConstraint("most_seats between 1 and 20", name=op.f("ck_event_most_seats")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_event_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_cause_id", ["cause_id", "starts_at"], unique=False)
        batch_op.create_index("ix_event_ends_at", ["ends_at"], unique=False)
        batch_op.create_index("ix_event_town", ["town", "starts_at"], unique=False)
        batch_op.create_index("uq_event_slug", ["slug"], unique=True)

    op.create_table(
        "event_old_slug",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_old_slug_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_event_old_slug")),
    )
    with op.batch_alter_table("event_old_slug", schema=None) as batch_op:
        batch_op.create_index("ix_event_old_slug_event_id", ["event_id"], unique=False)

    op.create_table(
        "event_petition",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "petition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_petition_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["petition_id"],
            ["petition.id"],
            name=op.f("fk_event_petition_petition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "petition_id", name=op.f("pk_event_petition")),
    )
    with op.batch_alter_table("event_petition", schema=None) as batch_op:
        batch_op.create_index("ix_event_petition_petition_id", ["petition_id"], unique=False)

    op.create_table(
        "event_picture",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_picture_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_picture")),
    )
    op.create_table(
        "event_text",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("picture_alt", sa.String(length=300), nullable=False),
        sa.Column("programme", sa.JSON(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("price", sa.String(length=200), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_text_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "lang", name=op.f("pk_event_text")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('registered', 'waiting', 'held', 'cancelled')",
            name=op.f("ck_registration_state"),
        ),
        sa.CheckConstraint("seats > 0", name=op.f("ck_registration_seats")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_registration_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_registration_event_id_code")),
        sa.UniqueConstraint(
            "event_id", "email_digest", name=op.f("uq_registration_event_id_email_digest")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(
            "ix_registration_cancelled",
            ["cancelled_at"],
            unique=False,
            sqlite_where=sa.text("state = 'cancelled'"),
            postgresql_where=sa.text("state = 'cancelled'"),
        )
        batch_op.create_index("ix_registration_state", ["event_id", "state", "id"], unique=False)
        batch_op.create_index(
            "ix_registration_waiting",
            ["event_id", "waits_since", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    _move_entries()
    with op.batch_alter_table("cause_text", schema=None) as batch_op:
        batch_op.drop_column("events")


def downgrade():
    with op.batch_alter_table("cause_text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("events", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_registration_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_registration_state")
        batch_op.drop_index(
            "ix_registration_cancelled",
            sqlite_where=sa.text("state = 'cancelled'"),
            postgresql_where=sa.text("state = 'cancelled'"),
        )

    op.drop_table("registration")
    op.drop_table("event_text")
    op.drop_table("event_picture")
    with op.batch_alter_table("event_petition", schema=None) as batch_op:
        batch_op.drop_index("ix_event_petition_petition_id")

    op.drop_table("event_petition")
    with op.batch_alter_table("event_old_slug", schema=None) as batch_op:
        batch_op.drop_index("ix_event_old_slug_event_id")

    op.drop_table("event_old_slug")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("uq_event_slug")
        batch_op.drop_index("ix_event_town")
        batch_op.drop_index("ix_event_ends_at")
        batch_op.drop_index("ix_event_cause_id")

    op.drop_table("event")


def _move_entries():
    """Turn each plain entry into an event.

    The entries of a cause are in the same order in each of its languages.
    """
    connection = op.get_bind()
    causes = sa.table("cause", sa.column("id"), sa.column("slug"))
    words = sa.table(
        "cause_text", sa.column("cause_id"), sa.column("lang"), sa.column("events", sa.JSON())
    )
    zone = current_app.config["BABEL_DEFAULT_TIMEZONE"]
    for cause_id, slug in connection.execute(sa.select(causes.c.id, causes.c.slug)).all():
        of_cause = sa.select(words.c.lang, words.c.events).where(words.c.cause_id == cause_id)
        texts = {lang: entries or [] for lang, entries in connection.execute(of_cause)}
        for place in range(min((len(entries) for entries in texts.values()), default=0)):
            entries = {lang: listed[place] for lang, listed in texts.items()}
            _move_entry(connection, cause_id, f"{slug}-{place + 1}", entries, zone)


def _move_entry(connection, cause_id, slug, entries, zone):
    first = entries.get("en") or next(iter(entries.values()))
    starts, ends = _hours(date.fromisoformat(first["date"]), first.get("hours", ""))
    now = datetime.now(UTC)
    instants = {
        name: local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for name, local in (("starts_at", starts), ("ends_at", ends))
    }
    event = sa.table(
        "event",
        *(
            sa.column(name, sa.DateTime(timezone=True))
            for name in ("starts_at", "ends_at", "created_at", "changed_at")
        ),
        *(sa.column(name, sa.DateTime()) for name in ("starts_local", "ends_local")),
        *(sa.column(name, sa.JSON()) for name in ("questions", "people", "languages")),
        *(sa.column(name, sa.Boolean()) for name in ("is_vigil", "is_free")),
        *(sa.column(name) for name in EVENT_COLUMNS),
    )
    text = sa.table(
        "event_text", sa.column("programme", sa.JSON()), *(sa.column(name) for name in TEXT_COLUMNS)
    )
    connection.execute(
        sa.insert(event).values(
            cause_id=cause_id,
            slug=slug[-80:],
            state="published",
            zone=zone,
            starts_local=starts,
            ends_local=ends,
            town=first.get("town", "")[:80],
            country="",
            online_url="",
            online_for="everyone",
            registration="none",
            most_seats=4,
            questions=[],
            people=[],
            languages=[],
            is_vigil=False,
            is_free=True,
            original_lang="en" if "en" in entries else next(iter(entries)),
            sequence=0,
            created_at=now,
            changed_at=now,
            **instants,
        )
    )
    event_id = connection.scalar(sa.text("select max(id) from event"))
    for lang, entry in entries.items():
        kept = {name: entry.get(name, "") for name in ("kind", "title", "place")}
        empty = {name: "" for name in ("address", "picture_alt", "access", "price", "notice")}
        connection.execute(
            sa.insert(text).values(
                event_id=event_id,
                lang=lang,
                body=entry.get("text", ""),
                programme=[],
                **kept,
                **empty,
            )
        )


EVENT_COLUMNS = (
    "cause_id", "slug", "state", "zone", "town", "country", "online_url", "online_for", "registration", "most_seats",
    "original_lang", "sequence",
)  # fmt: skip
TEXT_COLUMNS = (
    "event_id", "lang", "kind", "title", "place", "address", "body", "picture_alt", "access", "price", "notice"
)  # fmt: skip


def _hours(day, written):
    """Return the start and end of hours such as 19:00–20:45. Without any, use the whole day."""
    found = [
        time(int(hour), int(minute))
        for hour, minute in re.findall(r"\b([01]?\d|2[0-3]):([0-5]\d)", written)
    ]
    starts = datetime.combine(day, found[0] if found else time(0))
    ends = datetime.combine(day, found[1] if len(found) > 1 else time(23, 59))
    return starts, ends if ends > starts else ends + timedelta(days=1)
