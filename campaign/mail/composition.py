"""From words to a correct message."""

import re
import textwrap
import unicodedata
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import idna
from flask import current_app
from flask_babel import force_locale

from campaign.i18n.locales import LOCALES
from campaign.mail.message_ids import local_part
from campaign.mail.policy import PLAIN, WITH_UTF8
from campaign.process.clock import utcnow

WIDTH = 72
# Line separators, control characters and lone surrogates break a header; bidi controls make a name look like another.
UNWANTED = {"Cc", "Cs", "Zl", "Zp"}
BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Wording(NamedTuple):
    """The words of a mail: a subject in one line, plain text, and HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail: its name, media type, bytes, and parameters of the type."""

    name: str
    maintype: str
    subtype: str
    data: bytes
    parameters: dict = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One mail, as the room that owes it words it.

    `digest` is the keyed digest of the canonical address; without it no refusal is looked up or remembered.
    Without `has_sender_name` the From header holds the sender's address alone.
    `list_id` names the list that it is a letter of (RFC 2919), `list_unsubscribe` is the address of a one-click
    unsubscription (RFC 8058). `message_key` is filled in at delivery: it is the same at every attempt, so that a receiver can tell a second
    copy.
    """

    to: str
    subject: str
    text: str
    html: str
    lang: str
    to_name: str = ""
    has_sender_name: bool = True
    digest: bytes | None = None
    reply_to: str = ""
    list_id: str = ""
    list_unsubscribe: str = ""
    attachments: tuple[Attachment, ...] = ()
    message_key: str = ""


def render(name, lang, **context):
    """Render `templates/emails/<name>/` in the language `lang` as Wording; needs an application context.

    The bodies get the `subject` too. Nothing of a request reaches a mail: context processors are left
    out, so everything that a template says is in `context`.
    """
    templates = current_app.jinja_env

    def part(file, **more):
        return templates.get_template(f"emails/{name}/{file}").render(lang=lang, **context, **more)

    with force_locale(LOCALES.get(lang, lang)):
        subject = one_line(part("subject.txt"))
        text = part("body.txt", subject=subject)
        html = part("body.html", subject=subject)
    return Wording(subject, _wrapped(text), html.strip() + "\n")


def to_email(message, settings):
    """Return the message as EmailMessage: multipart/alternative with its attachments, UTF-8, in lines that any mail server takes.

    `settings` is a mapping with PUBLIC_URL, MAIL_FROM and SECRET_KEY. Raises ValueError for an address that cannot be written.
    """
    recipient = _address(message.to, message.to_name)
    email = EmailMessage(policy=PLAIN if recipient.username.isascii() else WITH_UTF8)
    email["Date"] = format_datetime(utcnow())
    name = local_part(settings["SECRET_KEY"].encode(), message.message_key, message.digest)
    email["Message-ID"] = f"<{name}@{_host(settings['PUBLIC_URL'])}>"
    email["From"] = (
        sender(settings) if message.has_sender_name else _address(sender(settings).addr_spec)
    )
    email["To"] = recipient
    email["Subject"] = one_line(message.subject)
    if message.reply_to:
        email["Reply-To"] = _address(message.reply_to)
    email["Auto-Submitted"] = "auto-generated"
    email["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if message.list_id:
        email["List-Id"] = f"<{message.list_id}>"
    if message.list_unsubscribe:
        email["List-Unsubscribe"] = f"<{message.list_unsubscribe}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(message.text, cte="quoted-printable")
    email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for file in message.attachments:
        email.add_attachment(
            file.data,
            file.maintype,
            file.subtype,
            filename=file.name,
            params=file.parameters or None,
        )
    # Last, since setting the content takes such headers away.
    email["Content-Language"] = message.lang
    return email


def sender(settings):
    """Return MAIL_FROM (`Name <address>`) as Address, for the From header and the envelope."""
    # An operator writes a comma in a name without thinking of quotes, which a strict reader takes for two addresses.
    name, _, address = settings["MAIL_FROM"].rpartition("<")
    return _address(address.rstrip("> "), name.strip(' "'))


def one_line(words):
    """Return words that are safe in a header: one line, nothing invisible that could break or disguise it."""
    visible = "".join(" " if _is_unwanted(character) else character for character in words)
    return re.sub(" {2,}", " ", visible).strip()


def _is_unwanted(character):
    return character in BIDI_CONTROLS or unicodedata.category(character) in UNWANTED


def _address(address, name=""):
    local, _, domain = address.rpartition("@")
    if not local or not domain or any(c.isspace() or _is_unwanted(c) for c in address):
        raise ValueError("not a mail address")
    return Address(one_line(name), local, domain if domain.isascii() else _ascii(domain))


def _ascii(domain):
    return idna.encode(domain, uts46=True).decode("ascii")


def _host(public_url):
    host = urlsplit(public_url).hostname
    return host if host.isascii() else _ascii(host)


def _wrapped(text):
    """Fold paragraphs for clients that do not, leave addresses whole, and one empty line between paragraphs."""
    lines = (
        textwrap.fill(line.strip(), WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
