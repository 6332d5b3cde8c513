"""Render emails from templates, and build correct MIME messages from them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import idna
from flask import current_app, g
from flask_babel import force_locale

from campaign.i18n.locales import direction, locale_of
from campaign.mail.writing.merging import MergeTemplate, placeholder, with_values
from campaign.mail.writing.message_ids import local_part
from campaign.mail.writing.mime import (
    address_header,
    file_part,
    header,
    multipart,
    text_header,
    text_part,
)
from campaign.process.clock import utcnow

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
    """Who an email is from, and where replies go. For an empty field, MAIL_FROM is used.

    The Message-ID always has the site's domain, so that we recognize bounces.
    """

    name: str = ""
    address: str = ""
    reply_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One email, written by the package that queued it.

    Without `html`, it is plain text alone. Bounces come to `return_address`, or else to the address
    in MAIL_FROM. What a person wrote is not `is_automatic`.

    `digest` is the keyed digest of the canonical address. Without it, refusals are neither looked
    up nor recorded. Without `has_sender_name`, the From header contains only the address in
    MAIL_FROM, because an inbox would show any other. `list_id` names the mailing list the email
    belongs to (RFC 2919). `list_unsubscribe` is the URL for one-click unsubscribing (RFC 8058).
    `message_key` is set at delivery. It is the same at every attempt, so that a receiver can
    recognize a second copy.
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
    return_address: str = ""
    is_automatic: bool = True
    message_key: str = ""


def render(
    name: str, lang: str, *, personal: Mapping[str, str] | None = None, **context: Any
) -> RenderedEmail:
    """Render `templates/emails/<name>/` in the language `lang`.

    Needs an application context. The bodies get the `subject` too. No request data reaches an
    email, because context processors do not run: templates see only `context` and `personal`.

    `personal` has the texts that differ between recipients. Templates may only output them, and
    test whether they are empty. All emails of a pass that differ in nothing else are rendered once.
    """
    values = {key: value for key, value in (personal or {}).items() if value}
    missing = dict.fromkeys((personal or {}).keys() - values.keys(), "")
    template = _merge_template(name, lang, tuple(values), missing | context)
    safe_values = {_in_subject(key): one_line(value) for key, value in values.items()}
    merged = values | safe_values
    return RenderedEmail(
        one_line(template.subject_for(values)),
        template.text_for(merged),
        template.html_for(merged),
    )


def _merge_template(
    name: str, lang: str, personal: tuple[str, ...], context: dict[str, Any]
) -> MergeTemplate:
    """Return the MergeTemplate, rendered once in an application context if all values are hashable.

    A context lasts for one pass or one request, so that changed texts are seen by the next one.
    """
    key = (name, lang, personal, *sorted(context.items()))
    templates: dict[Any, MergeTemplate] = g.setdefault("merge_templates", {})
    try:
        known = templates.get(key)
    except TypeError:
        return _rendered(name, lang, personal, context)
    if known is None:
        known = templates[key] = _rendered(name, lang, personal, context)
    return known


def _rendered(
    name: str, lang: str, personal: tuple[str, ...], context: dict[str, Any]
) -> MergeTemplate:
    templates = current_app.jinja_env
    placeholders = {key: placeholder(key) for key in personal}

    def part(file: str, **more: str) -> str:
        return templates.get_template(f"emails/{name}/{file}").render(
            lang=lang, direction=direction(lang), **context, **placeholders, **more
        )

    with force_locale(locale_of(lang)):
        subject = part("subject.txt").strip()
        # The bodies show the subject as a header does: without disguising characters.
        shown = one_line(
            with_values(subject, {key: placeholder(_in_subject(key)) for key in personal}),
        )
        text = part("body.txt", subject=shown)
        html = part("body.html", subject=shown)
    return MergeTemplate.of(subject, text, html.strip() + "\n")


def _in_subject(key: str) -> str:
    return f"{key}_in_subject"


class MimeEmail(NamedTuple):
    """An email as mail servers get it: its recipient, and all its bytes, with CRLF line ends."""

    recipient: str
    data: bytes


def to_mime(message: Message, settings: Mapping[str, Any]) -> MimeEmail:
    """Return `message` as a MIME message that any mail server accepts.

    It is plain text or multipart/alternative, plus attachments, in UTF-8 with short lines.
    `settings` is a mapping with PUBLIC_URL, MAIL_FROM and SECRET_KEY. Raises ValueError for an
    address that cannot be written.
    """
    recipient = _address(message.to, message.to_name)
    name = local_part(settings["SECRET_KEY"].encode(), message.message_key, message.digest)
    headers = [
        header("Date", format_datetime(utcnow())),
        header("Message-ID", f"<{name}@{_host(settings['PUBLIC_URL'])}>"),
        address_header("From", _from(message, mail_from(settings))),
        address_header("To", recipient),
        text_header("Subject", one_line(message.subject)),
    ]
    if reply_to := _ascii_address(message.sender.reply_to):
        headers.append(address_header("Reply-To", reply_to))
    if message.is_automatic:
        headers.append(header("Auto-Submitted", "auto-generated"))
        headers.append(header("X-Auto-Response-Suppress", "OOF, AutoReply"))
    if message.list_id:
        headers.append(header("List-Id", f"<{message.list_id}>"))
    if message.list_unsubscribe:
        headers.append(header("List-Unsubscribe", f"<{message.list_unsubscribe}>"))
        headers.append(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    headers.append(header("MIME-Version", "1.0"))
    head = "".join(headers).encode()
    language = header("Content-Language", message.lang)
    plain = text_part("plain", message.text)
    if not message.attachments:
        body = (
            multipart("alternative", [plain, text_part("html", message.html)], [language])
            if message.html
            else language.encode() + plain
        )
        return MimeEmail(recipient.addr_spec, head + body)
    files = [
        file_part(
            attachment.data,
            attachment.maintype,
            attachment.subtype,
            filename=attachment.name,
            parameters=attachment.parameters,
        )
        for attachment in message.attachments
    ]
    text = (
        multipart("alternative", [plain, text_part("html", message.html)])
        if message.html
        else plain
    )
    parts = [text, *files]
    return MimeEmail(recipient.addr_spec, head + multipart("mixed", parts, [language]))


def mail_from(settings: Mapping[str, Any]) -> Address:
    """Return MAIL_FROM (`Name <address>`) as Address: the envelope's, and the default in From."""
    return _parsed_sender(settings["MAIL_FROM"])


@lru_cache
def _parsed_sender(sender: str) -> Address:
    # Operators put commas in a name without quotes, which a strict parser reads as two addresses.
    name, _, address = sender.rpartition("<")
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
    # All unwanted characters are among those that Python does not print.
    visible = (
        text
        if text.isprintable()
        else "".join(" " if _is_unwanted(character) else character for character in text)
    )
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


@lru_cache
def _host(public_url: str) -> str:
    host = cast(str, urlsplit(public_url).hostname)
    return host if host.isascii() else _ascii(host)
