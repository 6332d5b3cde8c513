"""Identities: what pages, emails, papers and feeds show of an organisation.

All organisations of a site are kept in memory, because every page shows one, and a change is seen
by every process within CACHE_SECONDS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from campaign.extensions import db, load_on_primary
from campaign.i18n.countries import country_name
from campaign.i18n.fallbacks import best_of
from campaign.i18n.locales import locale_of
from campaign.organisations.models import Organisation
from campaign.process.ttl_cache import TtlValue

CACHE_SECONDS = 2
CACHE_NAME = "organisation_identities"
# A site whose set-up has not begun shows the name of the software.
UNNAMED = "Volante"
# The legal details in the order of an imprint. Their labels are in the template.
LEGAL_DETAILS = (
    "legal_name",
    "legal_form",
    "register_number",
    "postal_address",
    "country",
    "telephone",
    "email",
    "website",
    "representative",
    "supervisory_authority",
)


@dataclass(frozen=True)
class IdentityText:
    """The texts of an organisation in one language. `imprint` and `privacy_text` are Markdown."""

    lang: str
    name: str
    summary: str = ""
    home_text: str = ""
    footer_text: str = ""
    imprint: str = ""
    privacy_text: str = ""


@dataclass(frozen=True)
class IdentityImage:
    """The logo or mark of an organisation. `digest` is part of its URL."""

    media_type: str
    width: int
    height: int
    digest: str


@dataclass(frozen=True, eq=False)
class Identity:
    """An organisation as everything that it publishes shows it.

    `id` is None on a site whose set-up has not begun. The other fields are as in `Organisation`.
    Each change loads another one, so what is made of one can be cached by the object itself.
    """

    id: int | None
    slug: str = ""
    is_host: bool = True
    texts: Mapping[str, IdentityText] = field(default_factory=dict)
    logo: IdentityImage | None = None
    mark: IdentityImage | None = None
    legal_name: str = ""
    legal_form: str = ""
    register_number: str = ""
    postal_address: str = ""
    country: str = ""
    telephone: str = ""
    email: str = ""
    website: str = ""
    data_protection_contact: str = ""
    representative: str = ""
    supervisory_authority: str = ""
    accent: str = ""
    pattern: str = "plain"
    profiles: tuple[str, ...] = ()
    sender_name: str = ""
    sender_address: str = ""
    reply_to: str = ""

    def text(self, lang: str) -> IdentityText:
        """Return the texts that a reader of `lang` gets."""
        named = {tag: text for tag, text in self.texts.items() if text.name}
        return best_of(named, lang) or IdentityText(lang, self.legal_name or UNNAMED)

    def name(self, lang: str) -> str:
        """Return the name that a reader of `lang` sees."""
        return self.text(lang).name

    def address_line(self, lang: str) -> str:
        """Return the postal address with the country, in one line."""
        lines = [line.strip() for line in self.postal_address.splitlines()]
        country = country_name(self.country, locale_of(lang)) if self.country else ""
        return ", ".join(filter(None, (*lines, country)))

    def has_imprint(self, lang: str) -> bool:
        """Whether there is anything to show in an imprint in `lang`."""
        details = any(getattr(self, name) for name in LEGAL_DETAILS)
        return details or bool(self.text(lang).imprint.strip())


@dataclass(frozen=True)
class Identities:
    """All organisations of the site, by id, the host first."""

    host: Identity
    by_id: Mapping[int, Identity]

    @property
    def are_several(self) -> bool:
        """Whether pages must say which organisation they belong to."""
        return len(self.by_id) > 1

    def of(self, organisation_id: int | None) -> Identity:
        """Return the Identity of an organisation, or the host's if it is None or just added."""
        return self.by_id.get(organisation_id or 0, self.host)


NOBODY = Identities(Identity(None), MappingProxyType({}))
COPIED = tuple(
    name
    for name in Identity.__dataclass_fields__
    if name not in ("texts", "logo", "mark", "profiles")
)


def init_app(app: Flask) -> None:
    app.extensions[CACHE_NAME] = TtlValue[Identities](
        app.config.get("SETTINGS_CACHE_SECONDS", CACHE_SECONDS)
    )
    app.extensions["organisation_name"] = name_of


def identities() -> Identities:
    """Return the organisations of the site. While the database is away these are the last known."""
    try:
        return _cached().get(lambda: load_on_primary(_load))
    except SQLAlchemyError:
        return NOBODY


def name_of(organisation_id: int | None, lang: str) -> str:
    """Return the name of an organisation in `lang`, or "" if there is no such organisation."""
    identity = identities().by_id.get(organisation_id or 0)
    return identity.name(lang) if identity else ""


def organisation_names(lang: str) -> dict[int, str]:
    """Return {id: name} where there are several organisations, or {}: pages then name none."""
    known = identities()
    return {key: each.name(lang) for key, each in known.by_id.items()} if known.are_several else {}


def forget_identities() -> None:
    """Read the organisations again at the next use, because this process has changed one."""
    _cached().forget_now_and_after(db.session())


def _cached() -> TtlValue[Identities]:
    return cast(TtlValue[Identities], current_app.extensions[CACHE_NAME])


def _load() -> Identities:
    # A separate session, because the caller may be in the middle of a transaction.
    with Session(db.engine) as session:
        rows = session.scalars(
            select(Organisation)
            .order_by(Organisation.is_host.desc(), Organisation.id)
            .options(selectinload(Organisation.texts), selectinload(Organisation.images))
        ).all()
        by_id = {row.id: _identity(row) for row in rows}
    if not by_id:
        return NOBODY
    return Identities(next(iter(by_id.values())), MappingProxyType(by_id))


def _identity(row: Organisation) -> Identity:
    images = {
        image.purpose: IdentityImage(image.media_type, image.width, image.height, image.digest)
        for image in row.images
    }
    texts = {
        text.lang: IdentityText(
            **{name: getattr(text, name) for name in IdentityText.__dataclass_fields__}
        )
        for text in row.texts
    }
    return Identity(
        **{name: getattr(row, name) for name in COPIED},
        texts=MappingProxyType(texts),
        logo=images.get("logo"),
        mark=images.get("mark"),
        profiles=tuple(row.profiles),
    )
