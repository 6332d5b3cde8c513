"""The form for the texts that supporters share a petition with."""

from collections.abc import Iterable
from typing import Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from campaign.i18n.locales import LOCALES
from campaign.organize.content_fields import (
    RowsField,
    ShortTextField,
    by_language,
    in_language,
    most,
)
from campaign.sharing.models import MAX_TEXT_LENGTH, ShareText
from campaign.sharing.queries import mark_of

MAX_TEXTS = 4


class _Wordings(FlaskForm):
    """Up to MAX_TEXTS texts in each language; empty ones are ignored.

    `mark` identifies the texts that the editor had on the screen.
    """

    mark = HiddenField()

    @classmethod
    def of(cls, texts: Iterable[ShareText]) -> Self:
        """Return the form with these ShareTexts, and a field for one more in each language."""
        data = {
            f"texts_{lang}": [text.words for text in texts if text.lang == lang][:MAX_TEXTS]
            for lang in LOCALES
        }
        return cls(formdata=None, data={"mark": mark_of(texts), **data}).with_room()

    def with_room(self) -> Self:
        for lang in LOCALES:
            field = self[f"texts_{lang}"]
            filled = [entry.data for entry in field if entry.data]
            while len(field) < min(MAX_TEXTS, max(2, len(filled) + 1)):
                field.append_entry("")
        return self

    def texts(self) -> dict[str, list[str]]:
        """Return {language: [text]}."""
        return {lang: [words for words in self[f"texts_{lang}"].data if words] for lang in LOCALES}


def _texts(lang: str) -> RowsField:
    wording = ShortTextField(in_language(_l("Wording"), lang), [most(MAX_TEXT_LENGTH)])
    return RowsField(wording, in_language(_l("Wordings"), lang), max_entries=MAX_TEXTS)


SharingForm = type("SharingForm", (_Wordings,), by_language("texts", _texts))
