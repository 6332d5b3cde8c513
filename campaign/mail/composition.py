"""Render emails from templates, and build correct MIME messages from them."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import idna
from flask import current_app
from flask_babel import force_locale

from campaign.i18n.locales import direction, locale_of
from campaign.mail.message_ids import local_part
from campaign.mail.policy import PLAIN, WITH_UTF8
from campaign.process.clock import utcnow

WIDTH = 72
# Line separators, control characters and lone surrogates break a header. Bidi controls can disguise
# a name as another.
UNWANTED = {"Cc", "Cs", "Zl", "Zp"}
BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class RenderedEmail(NamedTuple):
    """The content of an email: a one-line subject, plain text and HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Attachment:
    """A file attached to an email: its name, media type, bytes and media type parameters."""

    name: str
    maintype: str
    subtype: str
    data: bytes
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """Who an email is from, and where replies go. An empty field means that of MAIL_FROM.

    The envelope and the Message-ID are always the site's, so that bounces come back to us.
    """

    name: str = ""
    address: str = ""
    reply_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One email, written by the package that queued it.

    `digest` is the keyed digest of the canonical address. Without it, refusals are neither looked
    up nor recorded. Without `has_sender_name`, the From header contains only the address in
    MAIL_FROM, because an inbox would show any other. `list_id` names the mailing list the email belongs to (RFC 2919). `list_unsubscribe` is the URL
    for one-click unsubscribing (RFC 8058). `message_key` is set at delivery. It is the same at
    every attempt, so that a receiver can recognize a second copy.
    """

    to: str
    subject: str
    text: str
    html: str
    lang: str
    to_name: str = ""
    sender: Sender = Sender()
    has_sender_name: bool = True
    digest: bytes | None = None
    list_id: str = ""
    list_unsubscribe: str = ""
    attachments: tuple[Attachment, ...] = ()
    message_key: str = ""


def render(name: str, lang: str, **context: Any) -> RenderedEmail:
    """Render `templates/emails/<name>/` in the language `lang`.

    Needs an application context. The bodies get the `subject` too. No request data reaches an
    email, because context processors do not run: templates see only `context`.
    """
    templates = current_app.jinja_env

    def part(file: str, **more: str) -> str:
        return templates.get_template(f"emails/{name}/{file}").render(
            lang=lang, direction=direction(lang), **context, **more
        )

    with force_locale(locale_of(lang)):
        subject = one_line(part("subject.txt"))
        text = part("body.txt", subject=subject)
        html = part("body.html", subject=subject)
    return RenderedEmail(subject, _wrapped(text), html.strip() + "\n")


def to_email(message: Message, settings: Mapping[str, Any]) -> EmailMessage:
    """Return `message` as a MIME message that any mail server accepts.

    It is multipart/alternative plus attachments, in UTF-8 with short lines. `settings` is a mapping
    with PUBLIC_URL, MAIL_FROM and SECRET_KEY. Raises ValueError for an address that cannot be
    written.
    """
    recipient = _address(message.to, message.to_name)
    email = EmailMessage(policy=PLAIN if recipient.username.isascii() else WITH_UTF8)
    email["Date"] = format_datetime(utcnow())
    name = local_part(settings["SECRET_KEY"].encode(), message.message_key, message.digest)
    email["Message-ID"] = f"<{name}@{_host(settings['PUBLIC_URL'])}>"
    email["From"] = _from(message, mail_from(settings))
    email["To"] = recipient
    email["Subject"] = one_line(message.subject)
    if reply_to := _ascii_address(message.sender.reply_to):
        email["Reply-To"] = reply_to
    email["Auto-Submitted"] = "auto-generated"
    email["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if message.list_id:
        email["List-Id"] = f"<{message.list_id}>"
    if message.list_unsubscribe:
        email["List-Unsubscribe"] = f"<{message.list_unsubscribe}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(message.text, cte="quoted-printable")
    email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        email.add_attachment(
            attachment.data,
            attachment.maintype,
            attachment.subtype,
            filename=attachment.name,
            params=attachment.parameters or None,
        )
    # Set last, because setting the content removes this header.
    email["Content-Language"] = message.lang
    return email


def mail_from(settings: Mapping[str, Any]) -> Address:
    """Return MAIL_FROM (`Name <address>`) as Address: the envelope's, and the default in From."""
    # Operators put commas in a name without quotes, which a strict parser reads as two addresses.
    name, _, address = settings["MAIL_FROM"].rpartition("<")
    return _address(address.rstrip("> "), name.strip(' "'))


def _from(message: Message, default: Address) -> Address:
    if not message.has_sender_name:
        return _address(default.addr_spec)
    name = message.sender.name or default.display_name
    return _ascii_address(message.sender.address, name) or _address(default.addr_spec, name)


def _ascii_address(address: str, name: str = "") -> Address | None:
    """Return the Address, or None if it is empty or not every mail server accepts it.

    An unusable setting of an organisation must not hold back its emails.
    """
    try:
        written = _address(address, name)
    except ValueError:
        return None
    return written if written.username.isascii() else None


def one_line(text: str) -> str:
    """Return `text` made safe for a header: one line, no invisible or disguising characters."""
    visible = "".join(" " if _is_unwanted(character) else character for character in text)
    return re.sub(" {2,}", " ", visible).strip()


def _is_unwanted(character: str) -> bool:
    return character in BIDI_CONTROLS or unicodedata.category(character) in UNWANTED


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    if (
        not local
        or not domain
        or any(character.isspace() or _is_unwanted(character) for character in address)
    ):
        raise ValueError("not a mail address")
    return Address(one_line(name), local, domain if domain.isascii() else _ascii(domain))


def _ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode("ascii")


def _host(public_url: str) -> str:
    host = cast(str, urlsplit(public_url).hostname)
    return host if host.isascii() else _ascii(host)


def _wrapped(text: str) -> str:
    """Wrap paragraphs for mail clients that do not.

    URLs stay whole, and one empty line stays between paragraphs.
    """
    lines = (
        textwrap.fill(line.strip(), WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
