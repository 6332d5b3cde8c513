"""Sharing a petition: its texts and what each achieved, and embedding it in other sites."""

from collections.abc import Iterable, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

import idna
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SelectChoice, SelectField
from wtforms.validators import StopValidation

from campaign.embeds.frames import SHOWS, THEMES, frame_from_args
from campaign.embeds.models import Embedding
from campaign.embeds.operations import change_embedding
from campaign.embeds.queries import embedding_of
from campaign.organize.core.access import allowed
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.fields import (
    InLanguages,
    LinesField,
    RowsField,
    ShortTextField,
    VersionField,
    by_language,
    in_language,
    language_choices,
    max_length,
)
from campaign.organize.core.languages import petition_languages
from campaign.organize.core.scope import load_petition
from campaign.organize.petitions.routes import audit_event_of, blueprint, editor_of
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.sharing.comparison import comparisons
from campaign.sharing.models import MAX_TEXT_LENGTH, ShareText
from campaign.sharing.operations import change_texts
from campaign.sharing.queries import texts_of
from campaign.site.languages import languages_with

MAX_TEXTS = 4


class SharingForm(InLanguages, FlaskForm):
    """Up to MAX_TEXTS texts in each language. Empty ones are ignored."""

    version = VersionField()

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "texts", _texts)

    @classmethod
    def of(cls, texts: Iterable[ShareText], version: int) -> Self:
        """Return the form with these ShareTexts, and an empty field in each language."""
        data = {
            f"texts_{lang}": [text.body for text in texts if text.lang == lang][:MAX_TEXTS]
            for lang in cls.languages
        }
        return cls(formdata=None, data={"version": version, **data}).with_blank_rows()

    def with_blank_rows(self) -> Self:
        for lang in self.languages:
            field = self[f"texts_{lang}"]
            filled = [entry.data for entry in field if entry.data]
            while len(field) < min(MAX_TEXTS, max(2, len(filled) + 1)):
                field.append_entry("")
        return self

    def share_texts(self) -> dict[str, list[str]]:
        """Return {language: [text]}."""
        return {
            lang: [text for text in self[f"texts_{lang}"].data if text] for lang in self.languages
        }


def _texts(lang: str) -> RowsField:
    wording = ShortTextField(in_language(_l("Share text"), lang), [max_length(MAX_TEXT_LENGTH)])
    return RowsField(wording, in_language(_l("Share texts"), lang), max_entries=MAX_TEXTS)


@blueprint.get("/<slug>/sharing")
@allowed("petitions.edit", load_petition)
def sharing(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, _form_of(petition))


@blueprint.post("/<slug>/sharing")
@allowed("petitions.edit", load_petition)
def save_sharing(petition: Petition) -> ResponseReturnValue:
    form = SharingForm.in_languages(_languages(petition))()
    if not form.validate():
        return _render_page(petition, form.with_blank_rows(), 422)
    slug, texts = petition.slug, form.share_texts()
    audit_event = audit_event_of(
        "petitions.edit", petition, part="sharing", texts=sum(map(len, texts.values()))
    )
    save(
        editor_of(
            petition,
            form,
            _form_of,
            lambda present, form: _render_page(present, form.with_blank_rows()),
        ),
        audit_event,
        change_texts,
        petition_id=petition.id,
        texts=texts,
        now=utcnow(),
    )
    flash(_("Saved."), "success")
    return redirect(url_for("organize.petitions.sharing", slug=slug), 303)


def _form_of(petition: Petition) -> FlaskForm:
    form = SharingForm.in_languages(_languages(petition))
    return form.of(texts_of(petition.id), petition.version_of("sharing"))


def _languages(petition: Petition) -> tuple[str, ...]:
    return languages_with(
        (*petition_languages(petition), *(text.lang for text in texts_of(petition.id)))
    )


def _render_page(petition: Petition, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/petitions/sharing.html",
        petition=petition,
        form=form,
        comparisons=comparisons(petition.id),
    ), status


MAX_ORIGINS = 50
SHOW_LABELS = {
    "form": _l("The form, with the petition text"),
    "thermometer": _l("Thermometer with a button"),
    "counter": _l("Count with a button"),
    "montage": _l("Montage with the count"),
}
THEME_LABELS = {
    "auto": _l("Same as the reader’s device"),
    "light": _l("Light"),
    "dark": _l("Dark"),
}


class OriginsField(LinesField):
    """Sites, one on each line. `origins` holds them normalized once they are valid."""

    origins: Sequence[str] = ()

    def pre_validate(self, form: Form) -> None:
        lines = [line.strip() for line in (self.data or "").splitlines() if line.strip()]
        origins = [_origin(line) for line in lines]
        wrong = [line for line, origin in zip(lines, origins, strict=True) if origin is None]
        if wrong:
            raise StopValidation(
                ngettext(
                    "This is not a site address, like https://example.org: %(lines)s",
                    "These are not site addresses, like https://example.org: %(lines)s",
                    len(wrong),
                    lines=", ".join(wrong[:5]),
                )
            )
        self.origins = list(dict.fromkeys(origin for origin in origins if origin))
        if len(self.origins) > MAX_ORIGINS:
            raise StopValidation(_l("Enter at most %(max)s sites.", max=MAX_ORIGINS))
        if form.allowed.data == "listed" and not self.origins:
            raise StopValidation(_l("Enter at least one site, or choose “Nobody”."))


class EmbeddingForm(FlaskForm):
    """Who may embed the petition."""

    version = VersionField()
    allowed = RadioField(
        _l("Who can embed this petition on their pages?"),
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


class EmbedPreviewForm(FlaskForm):
    """What the embedded piece shows. The preview sends it in the URL, and saves nothing."""

    class Meta:
        csrf = False

    show = SelectField(
        _l("What it shows"), choices=[SelectChoice(value, SHOW_LABELS[value]) for value in SHOWS]
    )
    theme = SelectField(
        _l("Colours"), choices=[SelectChoice(value, THEME_LABELS[value]) for value in THEMES]
    )
    lang = SelectField(
        _l("Language"),
        choices=lambda: [
            SelectChoice("", _l("The language of the page around it, or of the reader’s device")),
            *language_choices(),
        ],
    )


def _origin(line: str) -> str | None:
    """Return `scheme://host[:port]` of the entered text, or None. The scheme is optional."""
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
    return f"{parts.scheme}://{host}{port}" if is_site and set(host) <= HOST_CHARACTERS else None


HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


@blueprint.get("/<slug>/embedding")
@allowed("petitions.see", load_petition)
def embedding(petition: Petition) -> ResponseReturnValue:
    return _embedding_page(petition, _embedding_form(petition))


@blueprint.post("/<slug>/embedding")
@allowed("petitions.edit", load_petition)
def save_embedding(petition: Petition) -> ResponseReturnValue:
    form = EmbeddingForm()
    if not form.validate():
        return _embedding_page(petition, form, 422)
    slug, values = petition.slug, {"allowed": form.allowed.data, "origins": form.origins.origins}
    audit_event = audit_event_of("petitions.edit", petition, part="embedding", **values)
    save(
        editor_of(petition, form, _embedding_form, _embedding_page),
        audit_event,
        change_embedding,
        petition_id=petition.id,
        **values,
    )
    flash(_("Saved. Pages that embed this petition update within a minute."), "success")
    return redirect(url_for("organize.petitions.embedding", slug=slug), 303)


def _embedding_form(petition: Petition) -> EmbeddingForm:
    return EmbeddingForm.of(embedding_of(petition.id), petition.version_of("embedding"))


def _embedding_page(petition: Petition, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    frame = frame_from_args(request.args)
    return render_template(
        "organize/petitions/embedding.html",
        petition=petition,
        form=form,
        preview_form=EmbedPreviewForm(formdata=None, data=vars(frame)),
        frame=frame,
        is_public=petition.state != "draft" and petition.cause.state != "draft",
        # Use the petition's own URL, not the one of the person who copies the code.
        frame_address=current_app.config["PUBLIC_URL"]
        + url_for("embeds.show", slug=petition.slug, **frame.query()),
        script_address=current_app.config["PUBLIC_URL"] + url_for("embeds.script"),
        allowed=embedding_of(petition.id).allowed,
    ), status
