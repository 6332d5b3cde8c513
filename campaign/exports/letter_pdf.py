"""The PDF of gathered letters, each on its own page."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from flask import Flask
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from campaign.actions.letters.delivery.gathering import PDF
from campaign.actions.letters.models import Letter
from campaign.exports.logos import logo_of
from campaign.exports.pdf import Head, letter_sheets
from campaign.i18n.locales import locale_of
from campaign.montage.texts import number, print_identity
from campaign.petitions.models import Petition
from campaign.site.paper import site_paper


def init_app(app: Flask) -> None:
    """Let letters make their PDF here."""
    app.extensions[PDF] = make_letter_pdf


def make_letter_pdf(petition: Petition, letters: Sequence[Letter], lang: str) -> bytes:
    """Return a PDF: for each target in their order a cover page in `lang`, and then its letters.

    The letters of a target follow each other.
    """
    title = petition.current_version.text(lang, petition.original_lang).title
    with force_locale(locale_of(lang)):
        head = Head(
            title=title,
            demand="",
            foot=title,
            page=_("Page %(n)s of %(m)s", n="{n}", m="{m}"),
            unset=_("[in a script that we cannot print]"),
            lang=lang,
            identity=print_identity(petition.cause, lang),
        )
        by_target = groupby(letters, key=lambda letter: letter.profile_id)
        parts = [_blocks(title, list(group), lang) for _target, group in by_target]
        blocks = [
            block
            for index, part in enumerate(parts)
            for block in ([("page", "")] if index else []) + list(part)
        ]
    logo = logo_of(petition.cause.organisation_id)
    return letter_sheets(head, blocks, site_paper().lower(), logo=logo)


def _blocks(title: str, letters: Sequence[Letter], lang: str) -> Iterator[tuple[str, Any]]:
    yield "small", letters[-1].target_name
    yield "title", title
    yield (
        "text",
        ngettext(
            "%(figure)s letter to you", "%(figure)s letters to you",
            len(letters), figure=number(len(letters), lang),
        ),
    )  # fmt: skip
    for letter in letters:
        yield "page", ""
        yield "head", letter.subject
        for paragraph in filter(None, letter.body.splitlines()):
            yield "text", paragraph
