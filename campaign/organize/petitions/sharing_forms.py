"""The form for the texts that supporters share a petition with."""

from collections.abc import Iterable
from typing import Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from campaign.i18n.locales import LOCALES
from campaign.organize.content_fields import (
    RowsField,
    ShortTextField,
    VersionField,
    by_language,
    in_language,
    most,
)
from campaign.sharing.models import MAX_TEXT_LENGTH, ShareText

MAX_TEXTS = 4


class _Wordings(FlaskForm):
    """Up to MAX_TEXTS texts in each language; empty ones are ignored."""

    version = VersionField()

    @classmethod
    def of(cls, texts: Iterable[ShareText], version: int) -> Self:
        """Return the form with these ShareTexts at this version, and a field for one more in each language."""
        data = {
            f"texts_{lang}": [text.words for text in texts if text.lang == lang][:MAX_TEXTS]
            for lang in LOCALES
        }
        return cls(formdata=None, data={"version": version, **data}).with_room()

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
    wording = ShortTextField(in_language(_l("Share text"), lang), [most(MAX_TEXT_LENGTH)])
    return RowsField(wording, in_language(_l("Share texts"), lang), max_entries=MAX_TEXTS)


SharingForm = type("SharingForm", (_Wordings,), by_language("texts", _texts))
