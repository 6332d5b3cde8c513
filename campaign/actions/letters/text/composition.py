"""Compose a letter to one target: fixed texts around the writer's own, signed with a name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from campaign.i18n.countries import country_name
from campaign.i18n.fallbacks import best_text, nearest
from campaign.i18n.locales import INTERFACE_LANGUAGES, locale_of
from campaign.petitions.models import PetitionText
from campaign.petitions.questions import prompts_among
from campaign.signatures.models import MAX_PROMPT_LENGTH
from campaign.targets.models import TargetProfile
from campaign.text.names import clean_text

MAX_SUBJECT_LENGTH = 150
MAX_TARGET_NAME_LENGTH = 200
MAX_SALUTATION_LENGTH = 200
MAX_ADDRESS_LENGTH = 254
MAX_SIGNED_NAME_LENGTH = 200
# Mail programs and browsers cut longer addresses.
MAX_URL_LENGTH = 1900
# The pages on which large providers compose an email, and what they call its subject.
PROVIDERS: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
    ("Gmail", "https://mail.google.com/mail/?", "su", {"view": "cm", "fs": "1"}),
    ("Outlook", "https://outlook.live.com/mail/0/deeplink/compose?", "subject", {}),
    ("Yahoo Mail", "https://compose.mail.yahoo.com/?", "subject", {}),
)
_ENDS_OF_SALUTATIONS = (",", ":", ";", ".", "!", "،", "，", "：")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTexts:
    """The fixed texts of the letters of an action, in the language `lang`."""

    lang: str
    subject: str = ""
    opening: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who signs a letter. `country` is a code. `postal_code` is empty if targets do not get it."""

    name: str
    country: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedLetter:
    """A letter to one target: a subject of one line, and `body` as plain text with LF newlines."""

    lang: str
    target_name: str
    subject: str
    body: str

    @property
    def html(self) -> Markup:
        """Return the body as paragraphs, to show it before it is sent."""
        paragraphs = (
            Markup("<br>").join(escape(line) for line in paragraph.split("\n"))
            for paragraph in self.body.split("\n\n")
        )
        return Markup("\n").join(Markup("<p>{}</p>").format(text) for text in paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeLinks:
    """Links that open a letter in the writer's own mail program, or on the page of their provider.

    `providers` are pairs of a provider's name and the link. Without `has_body` the text is too long
    for a link, and the page asks to copy and paste it.
    """

    address: str
    subject: str
    body: str
    has_body: bool
    mailto: str
    providers: tuple[tuple[str, str], ...]


def letter_texts(text: PetitionText) -> LetterTexts:
    """Return the fixed texts of a letter in the language of `text`."""
    texts: Mapping[str, Any] = text.kind_texts or {}
    return LetterTexts(
        lang=text.lang,
        subject=one_line(texts.get("subject") or text.title, MAX_SUBJECT_LENGTH),
        opening=clean_text(texts.get("opening") or ""),
        closing=clean_text(texts.get("closing") or ""),
    )


def entered_paragraphs(
    questions: Iterable[Mapping[str, Any]], answers: Mapping[str, Any]
) -> list[str]:
    """Return what was entered at the prompts, in their order, without empty ones."""
    texts = (answers.get(prompt["name"]) for prompt in prompts_among(questions))
    cleaned = (clean_text(text)[:MAX_PROMPT_LENGTH] for text in texts if isinstance(text, str))
    return [text for text in cleaned if text]


def target_name(profile: TargetProfile, lang: str) -> str:
    """Return the name of a target, as a reader of `lang` gets it, on one line."""
    return one_line(best_text(profile.names, lang), MAX_TARGET_NAME_LENGTH)


def salutation(profile: TargetProfile, lang: str) -> str:
    """Return the line that greets a target in the language `lang`.

    It is the target's own salutation in that language, else a neutral one from its name. One in
    another language would begin the letter in the wrong one.
    """
    own = {tag: text for tag, text in profile.salutations.items() if text}
    match = nearest(own, lang)
    if match is not None:
        return _punctuated(one_line(own[match], MAX_SALUTATION_LENGTH), lang)
    honorifics = {tag: text for tag, text in profile.honorifics.items() if text}
    match = nearest(honorifics, lang)
    honorific = f"{honorifics[match]} " if match else ""
    name = one_line(f"{honorific}{target_name(profile, lang)}", MAX_SALUTATION_LENGTH)
    if not _is_translated(lang):
        return _punctuated(name, lang)
    with force_locale(locale_of(lang)):
        return _punctuated(_("To %(name)s", name=name), lang)


def compose(
    *,
    texts: LetterTexts,
    salutation: str,
    target_name: str,
    paragraphs: Sequence[str],
    writer: Writer,
) -> ComposedLetter:
    """Return the letter.

    `paragraphs` are what its writer entered, `salutation` is its first line.
    """
    name = one_line(writer.name, MAX_SIGNED_NAME_LENGTH)
    signed = "\n".join(filter(None, (name, _place(writer, texts.lang))))
    parts = (salutation, texts.opening, *paragraphs, texts.closing, signed)
    return ComposedLetter(
        lang=texts.lang,
        target_name=target_name,
        subject=texts.subject,
        body="\n\n".join(filter(None, parts)),
    )


def compose_by_hand(*, address: str, subject: str, body: str) -> ComposeLinks:
    """Return links that open a letter in a mail program (RFC 6068) and at common providers.

    `address` may be empty. Pressing one is the first time that another server is asked.
    """
    address = one_line(address, MAX_ADDRESS_LENGTH)
    subject = one_line(subject, MAX_SUBJECT_LENGTH)
    links = _links(address, subject, body.replace("\n", "\r\n"))
    has_body = all(len(link) <= MAX_URL_LENGTH for _name, link in links)
    if not has_body:
        links = _links(address, subject, "")
    (_name, mailto), *providers = links
    return ComposeLinks(
        address=address,
        subject=subject,
        body=body,
        has_body=has_body,
        mailto=mailto,
        providers=tuple(providers),
    )


def one_line(text: str, max_length: int) -> str:
    """Return a text for a header: one line, no control characters, at most `max_length` long."""
    return clean_text(text, lines=False)[:max_length].rstrip()


def _links(address: str, subject: str, body: str) -> list[tuple[str, str]]:
    """Return pairs of a name and a link, the one for mail programs first."""
    text = {"body": body} if body else {}
    fields = {"subject": subject, **text}
    return [
        ("", f"mailto:{quote(address, safe='@')}?{_query(fields)}"),
        *(
            (name, f"{page}{_query({**more, 'to': address, subject_name: subject, **text})}")
            for name, page, subject_name, more in PROVIDERS
        ),
    ]


def _query(fields: Mapping[str, str]) -> str:
    # RFC 6068 has no plus signs for spaces.
    return urlencode(fields, quote_via=quote, safe="")


def _place(writer: Writer, lang: str) -> str:
    country = country_name(writer.country, locale_of(lang)) if writer.country else ""
    postal_code = one_line(writer.postal_code, MAX_SIGNED_NAME_LENGTH)
    return ", ".join(filter(None, (postal_code, country)))


def _is_translated(lang: str) -> bool:
    return nearest(INTERFACE_LANGUAGES, lang) is not None


def _punctuated(line: str, lang: str) -> str:
    """Return a salutation with the mark that ends it in this language, unless it has one."""
    if not line or line.endswith(_ENDS_OF_SALUTATIONS):
        return line
    if not _is_translated(lang):
        return f"{line},"
    with force_locale(locale_of(lang)):
        return _("%(salutation)s,", salutation=line)
