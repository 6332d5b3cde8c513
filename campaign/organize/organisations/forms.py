"""The forms of an organisation: who it is, how it looks, its legal details, and its sender."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self, cast

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, Form, RadioField, SelectChoice
from wtforms.validators import StopValidation

from campaign.mail.domains.senders import may_send_from, sender_domains
from campaign.organisations.colours import is_readable, nearest_readable, parse_colour
from campaign.organisations.images import CleanImage, ImageRefused, clean_image
from campaign.organisations.models import IMAGE_PURPOSES, Organisation
from campaign.organisations.operations import PARTS
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    SlugField,
    VersionField,
    by_language,
    in_language,
    max_length,
)
from campaign.signatures.fields import CountryField, OptionalEmailField
from campaign.site.languages import languages_with
from campaign.text.slugs import slug_of
from campaign.text.web_addresses import WebAddressRefused, parse_web_address

MAX_NAME_LENGTH = 200
MAX_SUMMARY_LENGTH = 1000
MAX_TEXT_LENGTH = 20_000
MAX_FOOTER_LENGTH = 500
MAX_DETAIL_LENGTH = 1000
MAX_SENDER_NAME_LENGTH = 80
MAX_PROFILES = 20
DEFAULT_SLUG = "organization"
NOT_WEB_ADDRESS = _l("Enter a web address, like https://example.org.")
PATTERN_CHOICES = [
    SelectChoice("plain", _l("A plain line")),
    SelectChoice("spots", _l("Spots, like those on a butterfly’s wing")),
]
IMAGE_REFUSALS = {
    "format": _l("We cannot show this file. Use SVG, PNG, WebP or JPEG."),
    "bytes": _l("The file is larger than 12 MB. Make it smaller, or choose another."),
    "pixels": _l(
        "The picture has more than 50 million pixels. Make it smaller, or choose another."
    ),
    "svg_bytes": _l("The SVG file is larger than 200 KB. Simplify it, or use PNG."),
    "svg_format": _l("This SVG file is damaged. Save it again, or use PNG."),
    "svg_active": _l(
        "This SVG file has a script or other active parts. Save it as a plain SVG, or use PNG."
    ),
    "svg_external": _l(
        "This SVG file needs another file, such as a picture or a font. Convert its text to paths and save it as a plain SVG, or use PNG."
    ),
    "svg_style": _l(
        "We cannot read the style sheet in this SVG file. Save it with styles as attributes, or use PNG."
    ),
    "svg_size": _l("This SVG file has too many parts. Simplify it, or use PNG."),
    "svg_viewbox": _l("This SVG file has no viewBox, so it has no size. Add one, or use PNG."),
}


class WebAddressField(LineField):
    """The address of a page on the web, or nothing."""

    def pre_validate(self, form: Form) -> None:
        try:
            self.data = parse_web_address(self.data) if self.data else ""
        except WebAddressRefused as error:
            raise StopValidation(NOT_WEB_ADDRESS) from error


class WebAddressesField(LinesField):
    """Addresses of pages on the web, one per line."""

    def pre_validate(self, form: Form) -> None:
        lines = self.lines()
        if len(lines) > MAX_PROFILES:
            raise StopValidation(_l("Enter %(max)s lines or fewer.", max=MAX_PROFILES))
        try:
            self.data = "\n".join(parse_web_address(line) for line in lines)
        except WebAddressRefused as error:
            raise StopValidation(
                _l(
                    "“%(line)s” is not a web address. Enter one like https://example.org.",
                    line=str(error),
                )
            ) from error

    def lines(self) -> list[str]:
        """Return the lines that are not empty, each once."""
        typed = (line.strip() for line in (self.data or "").splitlines())
        return list(dict.fromkeys(line for line in typed if line))


class _OfOrganisation(FlaskForm):
    """A part of an organisation: a form whose fields have the names of columns.

    Fields in languages are named `<column of OrganisationText>_<language>`.
    """

    part = ""
    text_parts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    version = VersionField()

    @classmethod
    def class_for(cls, organisation: Organisation | None) -> Any:
        """Return the class of the form for an organisation, or for a new one.

        Texts are in the languages of the site, and in those that the organisation has.
        """
        if not issubclass(cls, InLanguages):
            return cls
        written = (text.lang for text in organisation.texts) if organisation else ()
        return cls.in_languages(languages_with(written))

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        """Return the form filled with the part of an organisation."""
        columns = {name: getattr(organisation, name) for name in PARTS[cls.part]}
        texts = {
            f"{name}_{text.lang}": getattr(text, name)
            for text in organisation.texts
            for name in cls.text_parts
        }
        version = organisation.version_of(cls.part)
        form = cls.class_for(organisation)
        return cast(Self, form(formdata=None, data={"version": version, **columns, **texts}))

    def columns(self) -> dict[str, Any]:
        """Return {column: value} for `change_organisation`."""
        return {name: self[name].data or "" for name in PARTS[self.part]}

    def all_texts(self) -> dict[str, dict[str, str]]:
        """Return {language: {column: text}}, also for languages in which nothing was entered."""
        return {
            lang: {name: self[f"{name}_{lang}"].data or "" for name in self.text_parts}
            for lang in self.languages
        }

    def changes(self) -> dict[str, Any]:
        """Return the arguments for `change_organisation`, without id, part and version."""
        return {"texts": self.all_texts(), **self.columns()}


class IdentityForm(InLanguages, _OfOrganisation):
    """Names and texts in each language, links, and the last part of its URL."""

    part = "identity"
    parts = text_parts = ("name", "summary", "home_text", "footer_text")
    missing_errors: ClassVar = {"name": _l("Enter the name of the organization.")}
    slug = SlugField(_l("Web address"))
    website = WebAddressField(_l("Website"))
    profiles = WebAddressesField(_l("Profiles on social networks"))

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "name", _name),
            **by_language(languages, "summary", _summary),
            **by_language(languages, "home_text", _home_text),
            **by_language(languages, "footer_text", _footer_text),
        }

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        form = super().of(organisation)
        form.slug.data = organisation.slug
        form.profiles.data = "\n".join(organisation.profiles)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that there is a name in each language that has any text."""
        valid: bool = super().validate(extra_validators)
        return self.require_parts(self.texts() or self.languages[:1], ("name",)) and valid

    def columns(self) -> dict[str, Any]:
        return {"website": self.website.data, "profiles": self.profiles.lines()}

    def changes(self) -> dict[str, Any]:
        return {"slug": self.slug.data, **super().changes()}

    def new_slug(self) -> str:
        """Return the slug of a new organisation: the entered one, or one made from its name."""
        name = next((text["name"] for text in self.texts().values() if text["name"]), "")
        return self.slug.data or slug_of(name) or DEFAULT_SLUG


def _name(lang: str) -> LineField:
    return LineField(in_language(_l("Name"), lang), [max_length(MAX_NAME_LENGTH)])


def _summary(lang: str) -> ShortTextField:
    return ShortTextField(
        in_language(_l("Short description"), lang), [max_length(MAX_SUMMARY_LENGTH)]
    )


def _home_text(lang: str) -> LinesField:
    return LinesField(in_language(_l("Text of the home page"), lang), [max_length(MAX_TEXT_LENGTH)])


def _footer_text(lang: str) -> ShortTextField:
    return ShortTextField(in_language(_l("Footer text"), lang), [max_length(MAX_FOOTER_LENGTH)])


class ColourField(LineField):
    """A colour such as #a3471a, dark enough to read on a page, or nothing for the usual one."""

    def pre_validate(self, form: Form) -> None:
        if not self.data:
            return
        colour = parse_colour(self.data)
        if colour is None:
            raise StopValidation(
                _l("Enter a colour as six digits or letters from a to f, like #a3471a.")
            )
        self.data = colour
        if not is_readable(colour):
            raise StopValidation(
                _l(
                    "%(colour)s is too light to read on our pages. Use %(nearest)s, the nearest colour that is dark enough.",
                    colour=colour,
                    nearest=nearest_readable(colour),
                )
            )


class LookForm(_OfOrganisation):
    """Colour, pattern, logo and mark."""

    part = "look"
    accent = ColourField(_l("Accent colour"))
    pattern = RadioField(_l("Margin pattern"), choices=PATTERN_CHOICES, default="plain")
    logo = FileField(_l("Logo"))
    mark = FileField(_l("Square logo"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.images: dict[str, CleanImage] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and read the files that were sent."""
        valid: bool = super().validate(extra_validators)
        # Decode files here, outside the write transaction, so that other writers do not wait.
        for purpose in IMAGE_PURPOSES:
            self._read(purpose, self[purpose])
        return valid and not any(self[purpose].errors for purpose in IMAGE_PURPOSES)

    def changes(self) -> dict[str, Any]:
        return {"images": self.images, **self.columns()}

    def _read(self, purpose: str, field: Field) -> None:
        if not field.data or field.errors:
            return
        try:
            image = clean_image(field.data.read())
        except ImageRefused as refusal:
            field.errors = [IMAGE_REFUSALS[refusal.code]]
            return
        if purpose == "mark" and image.width != image.height:
            field.errors = [_l("The square logo must be as wide as it is high.")]
            return
        self.images[purpose] = image


class LegalForm(InLanguages, _OfOrganisation):
    """What the imprint and the privacy page say about who is responsible."""

    part = "legal"
    parts = text_parts = ("imprint", "privacy_text")
    legal_name = LineField(_l("Legal name"), [max_length(200)])
    legal_form = LineField(_l("Legal form"), [max_length(80)])
    register_number = LineField(_l("Register and registration number"), [max_length(80)])
    postal_address = LinesField(_l("Postal address"), [max_length(MAX_DETAIL_LENGTH)])
    country = CountryField(_l("Country"))
    telephone = LineField(_l("Phone"), [max_length(40)])
    email = OptionalEmailField(_l("Email for questions"))
    data_protection_contact = LinesField(
        _l("Data protection contact"), [max_length(MAX_DETAIL_LENGTH)]
    )
    representative = LinesField(
        _l("Representative in the EU or the UK"), [max_length(MAX_DETAIL_LENGTH)]
    )
    supervisory_authority = LinesField(_l("Supervisory authority"), [max_length(MAX_DETAIL_LENGTH)])

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "imprint", _imprint),
            **by_language(languages, "privacy_text", _privacy_text),
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and make the email address canonical."""
        valid: bool = super().validate(extra_validators)
        normalise_addresses([self.email])
        return valid


def _imprint(lang: str) -> LinesField:
    return LinesField(
        in_language(_l("More text for the legal notice"), lang), [max_length(MAX_TEXT_LENGTH)]
    )


def _privacy_text(lang: str) -> LinesField:
    return LinesField(
        in_language(_l("More text for the privacy notice"), lang), [max_length(MAX_TEXT_LENGTH)]
    )


class SenderForm(_OfOrganisation):
    """Who its emails are from, and where replies go."""

    part = "sender"
    sender_name = LineField(_l("Sender’s name"), [max_length(MAX_SENDER_NAME_LENGTH)])
    sender_address = OptionalEmailField(_l("Sender’s email address"))
    reply_to = OptionalEmailField(_l("Email address for replies"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that this site may send from the domain of the address."""
        valid: bool = super().validate(extra_validators)
        normalise_addresses([self.sender_address, self.reply_to])
        address = self.sender_address.address
        if address and not may_send_from(address.domain, current_app.config):
            self.sender_address.errors = [
                _(
                    "This site cannot send from %(domain)s. Use an address at %(allowed)s. For another domain, ask the person who runs the server to change MAIL_FROM.",
                    domain=address.domain,
                    allowed=_(" or ").join(sender_domains(current_app.config)),
                )
            ]
            return False
        return valid


def normalise_addresses(email_fields: Iterable[OptionalEmailField]) -> None:
    """Replace what was entered in valid fields by the address that emails are sent to."""
    for field in email_fields:
        field.data = field.address.normalized if field.address else (field.data or "").strip()
