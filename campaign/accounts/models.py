"""Organizers: who they are, what they may do where, and how they sign in."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.permissions import ADMIN, ROLES
from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

STAGES = ("password", "full")
LINKS = ("invitation", "reset")


class Organizer(Base):
    """A person who runs causes.

    `email_digest` is the keyed digest of the canonical address. `password_hash` is Argon2id. A
    removed organizer keeps the row, so that the activity log still shows who it was. Everything
    they could sign in with is deleted.
    """

    __tablename__ = "organizer"
    __table_args__ = (
        Index("uq_organizer_email_digest", "email_digest", unique=True),
        CheckConstraint("removed_at is null or password_hash is null", name="removed"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    name: Mapped[str] = mapped_column(String(80), default="")
    lang: Mapped[str] = mapped_column(String(35), default="en")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # The secret is encrypted with SECRET_KEY. `totp_step` is the last 30 s step whose code was
    # used, so that no code works twice.
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary(300))
    totp_step: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    grants: Mapped[list["Grant"]] = relationship(
        order_by="Grant.id",
        cascade="all, delete-orphan",
        foreign_keys="Grant.organizer_id",
        lazy="selectin",
    )
    # The causes of the organisations that they own. Loaded only for owners of organisations.
    organisation_causes: Mapped[list[Any]] = relationship(
        "Cause",
        secondary="role_grant",
        primaryjoin="Organizer.id == Grant.organizer_id",
        secondaryjoin="foreign(Grant.organisation_id) == Cause.organisation_id",
        viewonly=True,
    )
    passkeys: Mapped[list["Passkey"]] = relationship(
        order_by="Passkey.id", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def called(self) -> str:
        """The name, or the email address if no name is set yet."""
        return self.name or self.email

    @property
    def organisation_cause_ids(self) -> frozenset[int]:
        """The ids of the causes of all organisations that they own."""
        if all(grant.organisation_id is None for grant in self.grants):
            return frozenset()
        return frozenset(cause.id for cause in self.organisation_causes)

    @property
    def is_invited(self) -> bool:
        """Whether they have set no password yet."""
        return self.password_hash is None and self.removed_at is None

    @property
    def has_second_factor(self) -> bool:
        """Whether they have an authenticator app or a passkey."""
        return self.totp_secret is not None or bool(self.passkeys)


class Grant(Base):
    """A role of an organizer: `admin` everywhere, any other role in one cause.

    An `owner` may be one of an organisation instead: in all its causes, and in itself.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", (ADMIN, *ROLES)),
        CheckConstraint(
            "(role = 'admin') = (cause_id is null and organisation_id is null)", name="scope"
        ),
        CheckConstraint(
            "organisation_id is null or (role = 'owner' and cause_id is null)", name="organisation"
        ),
        Index(
            "uq_role_grant_admin",
            "organizer_id",
            unique=True,
            sqlite_where=text("role = 'admin'"),
            postgresql_where=text("role = 'admin'"),
        ),
        Index("uq_role_grant_role", "organizer_id", "cause_id", "role", unique=True),
        Index("uq_role_grant_organisation", "organizer_id", "organisation_id", unique=True),
        Index("ix_role_grant_cause_id", "cause_id"),
        Index("ix_role_grant_organisation_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(12))
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class OrganizerSession(Base):
    """One browser in which an organizer is signed in.

    `stage` is `password` until the second factor is given. Only a digest of the cookie is kept.
    `address` is the IP address, shortened to its network. `confirmed_at` is when the organizer last
    authenticated.
    """

    __tablename__ = "organizer_session"
    __table_args__ = (
        one_of("stage", STAGES),
        Index("uq_organizer_session_token_digest", "token_digest", unique=True),
        Index("ix_organizer_session_organizer_id", "organizer_id"),
        Index("ix_organizer_session_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id", ondelete="CASCADE"))
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    stage: Mapped[str] = mapped_column(String(8))
    device: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organizer: Mapped[Organizer] = relationship(lazy="joined")


class KnownDevice(Base):
    """A browser from which an organizer has signed in before.

    Failed attempts of other people never lock it out.
    """

    __tablename__ = "known_device"
    __table_args__ = (
        Index("uq_known_device_token_digest", "token_digest", "organizer_id", unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id", ondelete="CASCADE"))
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    device: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    lang: Mapped[str] = mapped_column(String(35), default="en")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class AccountLink(Base):
    """A link with which an organizer sets a password, once. Its token is derived, not stored."""

    __tablename__ = "account_link"
    __table_args__ = (
        one_of("purpose", LINKS),
        Index("ix_account_link_organizer_id", "organizer_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(12))
    invited_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("organizer.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organizer: Mapped[Organizer] = relationship(foreign_keys=organizer_id, lazy="joined")


class RecoveryCode(Base):
    """A code that replaces a lost second factor once, kept as a keyed digest."""

    __tablename__ = "recovery_code"

    organizer_id: Mapped[int] = mapped_column(
        ForeignKey("organizer.id", ondelete="CASCADE"), primary_key=True
    )
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Base):
    """A WebAuthn credential.

    `sign_count` is the last count from its device, 0 if the device does not count.
    """

    __tablename__ = "passkey"
    __table_args__ = (
        Index("uq_passkey_credential_id", "credential_id", unique=True),
        Index("ix_passkey_organizer_id", "organizer_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2000))
    sign_count: Mapped[int] = mapped_column(Integer, default=0)
    name: Mapped[str] = mapped_column(String(80))
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_synced: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SpentChallenge(Base):
    """The digest of an answered passkey challenge, so that its answer cannot be used again."""

    __tablename__ = "spent_challenge"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
