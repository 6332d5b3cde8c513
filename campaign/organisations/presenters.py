"""The identity that a page shows: of the organisation of its cause, else of the host."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from flask import current_app, g, url_for
from markupsafe import Markup

from campaign.http.urls import host_in
from campaign.i18n.countries import country_name
from campaign.organisations.colours import Accent, butterfly_colours, day_accent, night_accent
from campaign.organisations.emails import contact_address
from campaign.organisations.identity import (
    LEGAL_DETAILS,
    Identity,
    IdentityImage,
    IdentityText,
    identities,
)
from campaign.text.markdown import to_html

# A logo that is wider than this in proportion to its height contains the name.
WORDMARK_RATIO = 2.0
# The mark in a checked box, as in static/css/colors.css.
CHECK = (
    "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E"
    "%3Cpath d='M4 10.5l4 4l8-9' fill='none' stroke='%23{digits}' stroke-width='2.8'/%3E%3C/svg%3E\")"
)


@dataclass(frozen=True)
class ShownImage:
    """The logo or mark of an organisation on a page: its URL, and its size in pixels."""

    url: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Profile:
    """A page of an organisation on another site. Links are named by its host."""

    url: str
    host: str


@dataclass(frozen=True)
class PageIdentity:
    """An organisation as a page in the language `lang` shows it.

    `is_one_of_several` says that pages must name their organisation, because the site has others.
    """

    organisation: Identity
    lang: str
    is_one_of_several: bool

    @property
    def id(self) -> int | None:
        """The id of the organisation, None on a site whose set-up has not begun."""
        return self.organisation.id

    @cached_property
    def text(self) -> IdentityText:
        """The organisation's texts in the nearest language there is."""
        return self.organisation.text(self.lang)

    @property
    def name(self) -> str:
        return self.text.name

    @property
    def is_named(self) -> bool:
        """Whether the organisation has given its name yet."""
        return any(text.name for text in self.organisation.texts.values())

    @property
    def pattern(self) -> str:
        """The pattern of the margin: `plain` or `spots`."""
        return self.organisation.pattern

    @property
    def email(self) -> str:
        """The address to contact: the organisation's, else the site's."""
        return contact_address(self.organisation.id)

    @property
    def is_outside(self) -> bool:
        """Whether the page belongs to another organisation than the host."""
        return not self.organisation.is_host

    @property
    def home_url(self) -> str:
        """The page of the organisation, or for the host the home page."""
        return self.page_url if self.is_outside else url_for("causes.index")

    @property
    def page_url(self) -> str:
        """The page that lists the organisation's causes."""
        return url_for("organisations.show", slug=self.organisation.slug)

    @property
    def imprint_url(self) -> str:
        """The page with the legal details, or "" if there are none."""
        if not self.has_imprint:
            return ""
        if self.is_outside:
            return url_for("organisations.imprint_of", slug=self.organisation.slug)
        return url_for("organisations.imprint")

    @property
    def colours_url(self) -> str:
        """The style sheet of the accent colour, or "" for the default colours."""
        if not self.organisation.accent:
            return ""
        return url_for(
            "organisations.colours",
            slug=self.organisation.slug,
            digest=colours_digest(self.organisation.accent),
        )

    @property
    def logo(self) -> ShownImage | None:
        return self._image("logo", self.organisation.logo)

    @property
    def mark(self) -> ShownImage | None:
        """The square image of the organisation, for icons."""
        return self._image("mark", self.organisation.mark)

    @property
    def mark_or_logo(self) -> ShownImage | None:
        """The image for small places, such as the header of a tablet."""
        return self.mark or self.logo

    @property
    def has_wordmark(self) -> bool:
        """Whether the logo is so wide that it contains the name."""
        logo = self.organisation.logo
        return logo is not None and logo.width > WORDMARK_RATIO * logo.height

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The organisation's pages on other sites."""
        return tuple(Profile(url, host_in(url)) for url in self.organisation.profiles)

    @property
    def home_text(self) -> Markup:
        return to_html(self.text.home_text)

    @property
    def imprint(self) -> Markup:
        return to_html(self.text.imprint)

    @property
    def has_imprint(self) -> bool:
        return self.organisation.has_imprint(self.lang)

    @property
    def legal_details(self) -> tuple[tuple[str, str], ...]:
        """Pairs (name, value) of the legal details that are known, in the order of an imprint."""
        values = {name: getattr(self.organisation, name) for name in LEGAL_DETAILS}
        if values["country"]:
            values["country"] = country_name(values["country"], self.lang)
        return tuple((name, value) for name, value in values.items() if value)

    def _image(self, purpose: str, image: IdentityImage | None) -> ShownImage | None:
        if image is None:
            return None
        url = url_for(f"organisations.{purpose}", slug=self.organisation.slug, digest=image.digest)
        return ShownImage(url, image.media_type, image.width, image.height)


def show_organisation(organisation_id: int) -> None:
    """Give the rest of this response the identity of an organisation."""
    g.organisation_id = organisation_id


def page_identity(lang: str) -> PageIdentity:
    """Return the identity that this response shows."""
    return identity_of(g.get("organisation_id"), lang)


def identity_of(organisation_id: int | None, lang: str) -> PageIdentity:
    """Return the identity of an organisation, of the host if it is None."""
    known = identities()
    return PageIdentity(known.of(organisation_id), lang, known.are_several)


def colours_digest(accent: str) -> str:
    """Return the part of the style sheet's URL that changes with its content."""
    return blake2b(style_sheet(accent).encode(), digest_size=6).hexdigest()


def style_sheet(accent: str) -> str:
    """Return the style sheet of an accent colour, by day and by night."""
    day, night = (_declarations(variant) for variant in (day_accent(accent), night_accent(accent)))
    butterfly = butterfly_colours(accent)
    wings = (
        f"--butterfly-forewings: {butterfly.forewings};"
        f" --butterfly-hindwings: {butterfly.hindwings};"
        f" --butterfly-patches: {butterfly.patches};"
    )
    return (
        f":root:root {{ {day} {wings} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root:root:not([data-theme=day]) {{ {night} }} }}\n"
        f":root:root[data-theme=night] {{ {night} }}\n"
    )


def structured_organisation(identity: PageIdentity) -> dict[str, Any]:
    """Return the organisation as JSON-LD, for the publisher of pages."""
    home = current_app.config["PUBLIC_URL"]
    organisation = identity.organisation
    path = identity.home_url if identity.is_outside else "/"
    data = {
        "@type": "Organization",
        "@id": f"{home}{path}#organization",
        "name": identity.name,
        "legalName": organisation.legal_name,
        "url": organisation.website or home + path,
        "logo": home + _icon_url(identity),
        "sameAs": list(organisation.profiles),
        "email": organisation.email,
        "telephone": organisation.telephone,
    }
    return {name: value for name, value in data.items() if value}


def _icon_url(identity: PageIdentity) -> str:
    image = identity.logo or identity.mark
    return image.url if image else url_for("assets.favicon")


def _declarations(accent: Accent) -> str:
    values: Iterable[tuple[str, str]] = (
        ("accent", accent.fill),
        ("accent-hover", accent.hover),
        ("accent-active", accent.active),
        ("on-accent", accent.on_fill),
        ("accent-text", accent.text),
        ("selected", accent.selected),
        ("check", CHECK.format(digits=accent.on_fill[1:])),
    )
    return " ".join(f"--{name}: {value};" for name, value in values)
