"""Forms for embedding a petition: who may embed it, and what the code to copy shows."""

from typing import Self
from urllib.parse import urlsplit

import idna
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SelectChoice, SelectField
from wtforms.validators import StopValidation

from campaign.embeds.frames import SHOWS, THEMES
from campaign.embeds.models import Embedding
from campaign.i18n.locales import NAMES
from campaign.organize.content_fields import LinesField, VersionField

MAX_ORIGINS = 50
SHOW_WORDS = {
    "form": _l("The form, with the petition text"),
    "thermometer": _l("Thermometer with a button"),
    "counter": _l("Count with a button"),
    "montage": _l("Montage with the count"),
}
THEME_WORDS = {
    "auto": _l("Same as the reader’s device"),
    "light": _l("Light"),
    "dark": _l("Dark"),
}


class OriginsField(LinesField):
    """Sites, one on each line; `origins` holds them normalized once they are valid."""

    origins = ()

    def pre_validate(self, form: Form) -> None:
        lines = [line.strip() for line in (self.data or "").splitlines() if line.strip()]
        plain = [_origin(line) for line in lines]
        wrong = [line for line, origin in zip(lines, plain, strict=True) if origin is None]
        if wrong:
            raise StopValidation(
                ngettext(
                    "This is not a site address, like https://example.org: %(lines)s",
                    "These are not site addresses, like https://example.org: %(lines)s",
                    len(wrong),
                    lines=", ".join(wrong[:5]),
                )
            )
        self.origins = list(dict.fromkeys(plain))
        if len(self.origins) > MAX_ORIGINS:
            raise StopValidation(_l("At most %(most)s sites.", most=MAX_ORIGINS))
        if form.allowed.data == "listed" and not self.origins:
            raise StopValidation(_l("Enter at least one site, or choose “Nobody”."))


class EmbeddingForm(FlaskForm):
    """Who may embed the petition."""

    version = VersionField()
    allowed = RadioField(
        _l("Who can embed this petition in their pages?"),
        choices=[
            SelectChoice("anybody", _l("Everyone")),
            SelectChoice("listed", _l("Only these sites")),
            SelectChoice("nobody", _l("Nobody")),
        ],
    )
    origins = OriginsField(_l("Sites"))

    @classmethod
    def of(cls, embedding: Embedding, version: int) -> Self:
        data = {
            "version": version,
            "allowed": embedding.allowed,
            "origins": "\n".join(embedding.origins),
        }
        return cls(formdata=None, data=data)


class PieceForm(FlaskForm):
    """What the embedded piece shows; sent in the URL, it changes nothing."""

    class Meta:
        csrf = False

    show = SelectField(
        _l("What it shows"), choices=[SelectChoice(word, SHOW_WORDS[word]) for word in SHOWS]
    )
    theme = SelectField(
        _l("Colours"), choices=[SelectChoice(word, THEME_WORDS[word]) for word in THEMES]
    )
    lang = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("Like the page around it, or the reader’s system")),
            *(SelectChoice(*each) for each in NAMES.items()),
        ],
    )


def _origin(line: str) -> str | None:
    """Return `scheme://host[:port]` of the entered text, or None; the scheme is optional."""
    try:
        parts = urlsplit(line if "://" in line else f"https://{line}")
        host = (
            idna.encode(parts.hostname or "", uts46=True).decode()
            if parts.hostname != "localhost"
            else "localhost"
        )
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, idna.IDNAError):
        return None
    is_site = (
        parts.scheme in ("http", "https")
        and ("." in host or host == "localhost")
        and not parts.username
    )
    return f"{parts.scheme}://{host}{port}" if is_site and set(host) <= HOST_LETTERS else None


HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
