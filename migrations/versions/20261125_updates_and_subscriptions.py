"""Add updates, subscriptions and mailings, and turn the plain entries of causes into rows."""

import re
from datetime import UTC, date, datetime, time
from unicodedata import combining, normalize
from uuid import uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def _key(table, column, of):
    return sa.ForeignKeyConstraint(
        [column], [of], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def upgrade():
    _make_updates()
    _make_mailings()
    _make_subscriptions()
    _move_entries()
    op.execute("alter table cause_text drop column updates")
    _subscribe_signers()


def _make_updates():
    op.create_table(
        "campaign_update",
        sa.Column("id", ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("cause_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("publish_at", AT, nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("original_lang", sa.String(length=2), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'published')", name=op.f("ck_campaign_update_state")
        ),
        sa.CheckConstraint(
            "state = 'draft' or publish_at is not null", name=op.f("ck_campaign_update_publish_at")
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_campaign_update_cause_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_campaign_update_event_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_update")),
    )
    op.create_index("uq_campaign_update_slug", "campaign_update", ["slug"], unique=True)
    op.create_index("ix_campaign_update_cause_id", "campaign_update", ["cause_id", "publish_at"])
    op.create_index("ix_campaign_update_publish_at", "campaign_update", ["publish_at"])
    op.create_table(
        "campaign_update_text",
        sa.Column("update_id", ID, nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("picture_alt", sa.String(length=300), nullable=False),
        _key("campaign_update_text", "update_id", "campaign_update.id"),
        sa.PrimaryKeyConstraint("update_id", "lang", name=op.f("pk_campaign_update_text")),
    )
    op.create_table(
        "campaign_update_petition",
        sa.Column("update_id", ID, nullable=False),
        sa.Column("petition_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _key("campaign_update_petition", "update_id", "campaign_update.id"),
        _key("campaign_update_petition", "petition_id", "petition.id"),
        sa.PrimaryKeyConstraint(
            "update_id", "petition_id", name=op.f("pk_campaign_update_petition")
        ),
    )
    op.create_index(
        "ix_campaign_update_petition_petition_id", "campaign_update_petition", ["petition_id"]
    )
    op.create_table(
        "campaign_update_picture",
        sa.Column("update_id", ID, nullable=False),
        sa.Column("digest", sa.String(length=24), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("focus_x", sa.SmallInteger(), nullable=False),
        sa.Column("focus_y", sa.SmallInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("wide", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "focus_x between 0 and 100 and focus_y between 0 and 100",
            name=op.f("ck_campaign_update_picture_focus"),
        ),
        _key("campaign_update_picture", "update_id", "campaign_update.id"),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_campaign_update_picture")),
    )
    op.create_table(
        "campaign_update_former_slug",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("update_id", ID, nullable=False),
        _key("campaign_update_former_slug", "update_id", "campaign_update.id"),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_campaign_update_former_slug")),
    )
    op.create_index(
        "ix_campaign_update_former_slug_update_id", "campaign_update_former_slug", ["update_id"]
    )


def _make_mailings():
    op.create_table(
        "mailing",
        sa.Column("id", ID, nullable=False),
        sa.Column("update_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("langs", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("reached_id", ID, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("finished_at", AT, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'sending', 'paused', 'stopped', 'done')",
            name=op.f("ck_mailing_state"),
        ),
        sa.CheckConstraint("per_minute >= 0", name=op.f("ck_mailing_per_minute")),
        _key("mailing", "update_id", "campaign_update.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
    )
    op.create_index("uq_mailing_update_id", "mailing", ["update_id"], unique=True)
    _partial("ix_mailing_running", "mailing", ["starts_at"], "state in ('planned', 'sending')")
    op.create_table(
        "mailing_receipt",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailing_id", ID, nullable=False),
        sa.Column("subscription_id", ID, nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("owed_at", AT, nullable=False),
        _key("mailing_receipt", "mailing_id", "mailing.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_receipt")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_mailing_receipt_subscription",
        "mailing_receipt",
        ["mailing_id", "subscription_id"],
        unique=True,
    )
    op.create_index(
        "uq_mailing_receipt_address", "mailing_receipt", ["mailing_id", "email_digest"], unique=True
    )


def _make_subscriptions():
    op.create_table(
        "subscription",
        sa.Column("id", ID, nullable=False),
        sa.Column("cause_id", ID, nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("consent_at", AT, nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.Column("signature_id", ID, nullable=True),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("mail_count", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", AT, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("confirmed_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_reason", sa.String(length=20), nullable=False),
        sa.Column("ended_mailing_id", ID, nullable=True),
        sa.Column("digest_from", AT, nullable=True),
        sa.Column("digest_at", AT, nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'active', 'ended')", name=op.f("ck_subscription_state")
        ),
        sa.CheckConstraint(
            "frequency in ('each', 'weekly')", name=op.f("ck_subscription_frequency")
        ),
        sa.CheckConstraint(
            "source in ('form', 'signature', 'kiosk', 'paper', 'import')",
            name=op.f("ck_subscription_source"),
        ),
        sa.CheckConstraint(
            "state = 'ended' or email is not null", name=op.f("ck_subscription_email")
        ),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_subscription_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_subscription_address",
        "subscription",
        ["email_digest", sa.text("coalesce(cause_id, 0)")],
        unique=True,
    )
    _partial("ix_subscription_active", "subscription", ["id"], "state = 'active'")
    _partial("ix_subscription_pending", "subscription", ["created_at"], "state = 'pending'")
    _partial(
        "ix_subscription_weekly",
        "subscription",
        ["digest_at"],
        "state = 'active' and frequency = 'weekly'",
    )
    op.create_index("ix_subscription_signature_id", "subscription", ["signature_id"])
    op.create_index("ix_subscription_ended_mailing_id", "subscription", ["ended_mailing_id"])
    op.create_table(
        "suppressed_address",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.CheckConstraint(
            "reason in ('complaint', 'request', 'organizer')",
            name=op.f("ck_suppressed_address_reason"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_suppressed_address")),
    )


def _partial(name, table, columns, condition):
    op.create_index(
        name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition)
    )


def _move_entries():
    """Turn each plain entry into an update.

    The entries of a cause are in the same order in each of its languages.
    """
    connection = op.get_bind()
    words = sa.table(
        "cause_text", sa.column("cause_id"), sa.column("lang"), sa.column("updates", sa.JSON())
    )
    zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    by_cause = {}
    for cause_id, lang, entries in connection.execute(
        sa.select(words).order_by(words.c.cause_id, words.c.lang)
    ).all():
        by_cause.setdefault(cause_id, {})[lang] = entries or []
    taken = set()
    for cause_id, texts in by_cause.items():
        for place in range(min(len(entries) for entries in texts.values())):
            _move_entry(
                connection,
                cause_id,
                {lang: entries[place] for lang, entries in texts.items()},
                zone,
                taken,
            )


def _move_entry(connection, cause_id, entries, zone, taken):
    original = "en" if "en" in entries else next(iter(entries))
    noon = datetime.combine(
        date.fromisoformat(entries[original]["date"]), time(12), zone
    ).astimezone(UTC)
    now = datetime.now(UTC)
    update = sa.table(
        "campaign_update",
        *(sa.column(name, AT) for name in ("publish_at", "created_at", "changed_at")),
        *(
            sa.column(name)
            for name in (
                "id",
                "uuid",
                "cause_id",
                "slug",
                "state",
                "time_zone",
                "original_lang",
                "revision",
            )
        ),
    )
    text = sa.table(
        "campaign_update_text",
        *(
            sa.column(name)
            for name in ("update_id", "lang", "title", "summary", "body", "picture_alt")
        ),
    )
    connection.execute(
        sa.insert(update).values(
            uuid=str(uuid4()),
            cause_id=cause_id,
            slug=_slug(entries[original]["title"], taken),
            state="published",
            publish_at=noon,
            time_zone=zone.key,
            original_lang=original,
            revision=1,
            created_at=now,
            changed_at=now,
        )
    )
    update_id = connection.scalar(sa.select(sa.func.max(update.c.id)))
    for lang, entry in entries.items():
        connection.execute(
            sa.insert(text).values(
                update_id=update_id,
                lang=lang,
                title=entry["title"][:200],
                summary="",
                body=entry.get("text", ""),
                picture_alt="",
            )
        )


def _slug(title, taken):
    plain = "".join(each for each in normalize("NFKD", title.lower()) if not combining(each))
    wanted = "-".join(re.findall("[a-z0-9]+", plain))[:70].strip("-") or "update"
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    taken.add(slug)
    return slug


def _subscribe_signers():
    """Subscribe people who checked the box and confirmed, from the time of their confirmation.

    The consent text is the one that was shown at the box.
    """
    op.execute(
        sa.text(f"""
        insert into subscription (cause_id, email, email_digest, lang, frequency, state, source, consent_version, consent_text,
            consent_at, evidence, signature_id, held_reason, mail_count, created_at, confirmed_at, ended_reason)
        select s.cause_id, s.email, s.email_digest, s.lang, 'each', 'active', 'signature', 'signature-1',
            case s.lang when 'es' then '{WORDING["es"]}' when 'fr' then '{WORDING["fr"]}' else '{WORDING["en"]}' end,
            s.created_at, 'signature', s.id, '', 0, s.confirmed_at, s.confirmed_at, ''
        from signature s where s.id in (
            select min(id) from signature
            where state = 'counted' and evidence = 'email' and subscribe and email is not null and confirmed_at is not null
            group by cause_id, email_digest)""")
    )


WORDING = {
    "en": "Send me news of this campaign, about twice a month",
    "es": "Quiero recibir noticias de esta campaña, unas dos veces al mes",
    "fr": "Je veux recevoir des nouvelles de cette campagne, environ deux fois par mois",
}


def downgrade():
    op.add_column(
        "cause_text", sa.Column("updates", sa.JSON(), nullable=False, server_default="[]")
    )
    for table in (
        'suppressed_address', 'subscription', 'mailing_receipt', 'mailing', 'campaign_update_former_slug', 'campaign_update_picture',
        'campaign_update_petition', 'campaign_update_text', 'campaign_update',
    ):  # fmt: skip
        op.drop_table(table)
