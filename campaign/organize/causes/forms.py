"""The forms that edit a cause."""

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice

from campaign.causes.models import Cause
from campaign.i18n.locales import LOCALES
from campaign.organize.content_fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    SlugField,
    VersionField,
    by_language,
    in_language,
    most,
)

PARTS = ("title", "summary", "story")
LACKING = {"title": _l("Enter a title."), "summary": _l("Enter one or two sentences about it.")}
PALETTES = [
    SelectChoice("monarch", _l("Amber")),
    SelectChoice("water", _l("Blue")),
]
SHAPES = [
    SelectChoice("monarch", _l("A butterfly")),
    SelectChoice("dove", _l("A dove")),
    SelectChoice("drop", _l("A drop of water")),
]


class _Cause(InLanguages, FlaskForm):
    """A cause's texts in all languages, its colour, and the shape of its montage."""

    parts, lacking = PARTS, LACKING
    version = VersionField()
    slug = SlugField(_l("Address"))
    palette = RadioField(_l("Colour"), choices=PALETTES, default="monarch")
    shape = RadioField(_l("Shape of the montage"), choices=SHAPES, default="monarch")

    @classmethod
    def of(cls, cause: Cause) -> Self:
        words = {
            f"{part}_{text.lang}": getattr(text, part) for text in cause.texts for part in PARTS
        }
        looks = {"palette": cause.palette, "slug": cause.slug}
        return cls(
            formdata=None, data={"version": cause.version_of("text"), **looks, **words}
        ).without_shape()

    def without_shape(self) -> Self:
        """Remove the shape field, and return the form.

        An existing cause has its own page for shapes.
        """
        del self.shape
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        # If nothing was entered, require the first language.
        return self.demand(self.texts() or list(LOCALES)[:1], LACKING) and valid


CauseForm = type(
    "CauseForm",
    (_Cause,),
    {
        **by_language("title", lambda lang: LineField(in_language(_l("Title"), lang), [most(200)])),
        **by_language(
            "summary", lambda lang: ShortTextField(in_language(_l("Summary"), lang), [most(1000)])
        ),
        **by_language(
            "story",
            lambda lang: LinesField(in_language(_l("How it started"), lang), [most(20_000)]),
        ),
    },
)
