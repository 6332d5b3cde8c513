"""What emails show of an organisation: its name, its details, its colours and its sender."""

from dataclasses import dataclass

from flask import Flask, current_app, g

from campaign.http.urls import absolute_url
from campaign.mail.composition import Sender
from campaign.organisations.colours import Accent, day_accent, night_accent
from campaign.organisations.identity import UNNAMED, Identity, identities
from campaign.text.whitespace import in_one_line

# The accent of an organisation that has not chosen one: the amber of static/css/colors.css.
DEFAULT_DAY = Accent("#F28C1B", "#F28C1B", "#F28C1B", "#17110D", "#17110D", "#FFE3B0")
DEFAULT_NIGHT = Accent("#F79C38", "#F79C38", "#F79C38", "#17110D", "#F79C38", "#3A2A18")


@dataclass(frozen=True)
class EmailIdentity:
    """An organisation as its emails show it, in one language.

    `is_named` is False on a site whose set-up has not begun. `details` are the lines of the footer:
    legal name and form, and postal address. `imprint_url` is empty without an imprint. `has_spots`
    says whether the margin shows the spots of a wing.
    """

    name: str
    is_named: bool
    details: tuple[str, ...]
    website: str
    imprint_url: str
    has_spots: bool
    day: Accent
    night: Accent
    sender: Sender


def init_app(app: Flask) -> None:
    """Register `email_identity` as the extension of that name, for emails of lower packages."""
    app.extensions["email_identity"] = email_identity


def email_identity(organisation_id: int | None, lang: str) -> EmailIdentity:
    """Return the identity of the organisation that an email belongs to.

    `organisation_id` is None for emails about the site or an account, which belong to the host. It
    is made once in an application context, and again if the organisation has changed.
    """
    identity = identities().of(organisation_id)
    made: dict[tuple[int | None, str], tuple[Identity, EmailIdentity]]
    made = g.setdefault("email_identities", {})
    last = made.get((organisation_id, lang))
    if last is None or last[0] is not identity:
        last = made[organisation_id, lang] = identity, _email_identity(identity, lang)
    return last[1]


def _email_identity(identity: Identity, lang: str) -> EmailIdentity:
    name = identity.name(lang)
    is_named = name != UNNAMED
    return EmailIdentity(
        name=name,
        is_named=is_named,
        details=tuple(_details(identity, name, lang)),
        website=identity.website,
        imprint_url=_imprint_url(identity, lang),
        has_spots=identity.pattern == "spots",
        day=day_accent(identity.accent) if identity.accent else DEFAULT_DAY,
        night=night_accent(identity.accent) if identity.accent else DEFAULT_NIGHT,
        sender=Sender(
            name=identity.sender_name or (name if is_named else ""),
            address=identity.sender_address,
            reply_to=identity.reply_to,
        ),
    )


def sender_address(organisation_id: int | None) -> str:
    """Return the address that the emails of an organisation come from."""
    own = identities().of(organisation_id).sender_address
    return own or current_app.extensions["sender_address"]


def contact_address(organisation_id: int | None) -> str:
    """Return the address for questions to an organisation."""
    identity = identities().of(organisation_id)
    return identity.email or identity.reply_to or current_app.extensions["sender_address"]


def _imprint_url(identity: Identity, lang: str) -> str:
    if not identity.has_imprint(lang):
        return ""
    if identity.is_host:
        return absolute_url("organisations.imprint", lang)
    return absolute_url("organisations.imprint_of", lang, slug=identity.slug)


def _details(identity: Identity, name: str, lang: str) -> list[str]:
    legal = ", ".join(part for part in (identity.legal_name, identity.legal_form) if part)
    address = in_one_line(identity.address_line(lang))
    return [line for line in ("" if legal == name else legal, address) if line]
