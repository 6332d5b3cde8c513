"""The emails around signing, and what organizers say there and on pages in their own words."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Self

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form
from wtforms.validators import ValidationError

from campaign.http.responses import framed
from campaign.mail.composition import Message
from campaign.organize.core.access import allowed
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.email_tests import send_test_email
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    VersionField,
    by_language,
    in_language,
)
from campaign.organize.core.identity import organizer
from campaign.organize.core.languages import original_first, petition_languages
from campaign.organize.core.scope import load_petition
from campaign.organize.petitions.labels import EMAIL_LABELS, WORDING_LABELS
from campaign.organize.petitions.routes import audit_event_of, blueprint, editor_of
from campaign.petitions.editing import change_wording
from campaign.petitions.models import Petition
from campaign.petitions.wording import (
    PART,
    TEXTS,
    Wording,
    WordingRefused,
    check_text,
    texts_of,
    wording_for,
)
from campaign.site.languages import languages_with
from campaign.thanks.samples import EMAILS, sample_message, send_test, standard_texts

_BODY = re.compile(r"<body[^>]*>")
ERRORS = {
    "link": _l("Remove the link or email address. Supporters should press only our button."),
    "reply": _l("Remove “Re:” or “Fwd:”. This email is not a reply."),
    "empty": _l("Enter at least one word besides the placeholders."),
}


class Group(NamedTuple):
    """Texts that belong together: a title, their names, and the emails in which they are seen."""

    name: str
    title: Any
    texts: tuple[str, ...]
    emails: tuple[str, ...] = ()


GROUPS = (
    Group(
        "confirmation",
        EMAIL_LABELS["confirmation"],
        ("confirm_subject", "confirm_opening"),
        ("confirmation",),
    ),
    Group(
        "reminders",
        _l("Reminders"),
        ("reminder_subject", "reminder_opening"),
        ("reminder", "last_reminder"),
    ),
    Group("thanks", EMAIL_LABELS["thanks"], ("thanks_subject", "thanks_text"), ("thanks",)),
    Group("pages", _l("Form and pages"), ("news_addition", "after_signing", "after_confirming")),
)


class WordingForm(InLanguages, FlaskForm):
    """The texts in each language. An empty one is the product's own."""

    parts = tuple(TEXTS)
    version = VersionField()
    sends_thanks = BooleanField(WORDING_LABELS["sends_thanks"])

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name in TEXTS:
            fields |= by_language(languages, name, partial(_field, name))
        return fields

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the saved texts."""
        data = {
            f"{name}_{row.lang}": text
            for row in petition.wordings
            for name, text in texts_of(row).items()
        }
        return cls.in_languages(_languages(petition))(
            formdata=None,
            data={
                "version": petition.version_of(PART),
                "sends_thanks": petition.sends_thanks,
                **data,
            },
        )

    def texts_in(self, lang: str) -> dict[str, str]:
        """Return {name: text} of one language as entered."""
        return {name: self[f"{name}_{lang}"].data or "" for name in TEXTS}

    def is_own(self, lang: str) -> bool:
        """Return whether anything is entered in this language."""
        return any(self.texts_in(lang).values())

    def without(self, lang: str) -> Self:
        """Return the form with nothing in this language. Everything else stays as entered."""
        for name in TEXTS:
            self[f"{name}_{lang}"].data = ""
        return self


def _field(name: str, lang: str) -> Field:
    rules = TEXTS[name]
    kind = LineField if rules.is_subject else LinesField if rules.has_lines else ShortTextField
    return kind(in_language(WORDING_LABELS[name], lang), [_checks_wording(name)])


def _checks_wording(name: str) -> Callable[[Form, Field], None]:
    """Return a validator for the text `name`."""

    def check(_form: Form, field: Field) -> None:
        try:
            check_text(name, field.data or "")
        except WordingRefused as fault:
            raise ValidationError(_error(name, fault)) from fault

    return check


def _error(name: str, fault: WordingRefused) -> str:
    if fault.code == "length":
        return _("Use %(max)s characters or fewer.", max=fault.detail)
    if fault.code != "placeholder":
        return str(ERRORS[fault.code])
    known = ", ".join(f"{{{each}}}" for each in TEXTS[name].placeholders)
    if not known:
        return _("Remove %(placeholder)s. This text has no placeholders.", placeholder=fault.detail)
    return _(
        "Remove %(placeholder)s. You can use only these placeholders: %(known)s",
        placeholder=fault.detail,
        known=known,
    )


def _languages(petition: Petition) -> tuple[str, ...]:
    """Return the languages of the form, the original one first."""
    written = languages_with(
        (*petition_languages(petition), *(row.lang for row in petition.wordings))
    )
    return tuple(original_first(petition.original_lang, written))


@blueprint.get("/<slug>/wording")
@allowed("petitions.edit", load_petition)
def wording(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, WordingForm.of(petition))


@blueprint.post("/<slug>/wording")
@allowed("petitions.edit", load_petition)
def save_wording(petition: Petition) -> ResponseReturnValue:
    """Save the texts, or empty those of a language for the editor to look at."""
    form = WordingForm.in_languages(_languages(petition))()
    press, _dash, lang = request.form.get("press", "").partition("-")
    if press == "reset" and lang in form.languages:
        return _render_page(petition, form.without(lang), emptied=lang)
    if not form.validate():
        return _render_page(petition, form, 422)
    save(
        editor_of(petition, form, WordingForm.of, _render_page),
        audit_event_of("petitions.edit", petition, part=PART),
        change_wording,
        petition_id=petition.id,
        texts={lang: form.texts_in(lang) for lang in form.languages},
        sends_thanks=form.sends_thanks.data,
    )
    flash(_("Saved."), "success")
    return redirect(url_for("organize.petitions.wording", slug=petition.slug), 303)


@blueprint.get("/<slug>/wording/<lang_code>/<email>")
@allowed("petitions.edit", load_petition)
def wording_preview(petition: Petition, lang_code: str, email: str) -> ResponseReturnValue:
    """Show an email with its saved wording, for the frame in the page."""
    _require(petition, lang_code, email)
    return _preview(petition, email, lang_code, wording_for(petition, lang_code))


@blueprint.post("/<slug>/wording/<lang_code>/<email>")
@allowed("petitions.edit", load_petition)
def preview_wording(petition: Petition, lang_code: str, email: str) -> ResponseReturnValue:
    """Show an email as entered, or what is wrong with it. Nothing is saved."""
    _require(petition, lang_code, email)
    form = WordingForm.in_languages(_languages(petition))()
    form.validate()
    errors = [error for name in TEXTS for error in form[f"{name}_{lang_code}"].errors]
    if errors:
        return _framed_page("emails/components/preview_errors.html", errors=errors), 422
    return _preview(petition, email, lang_code, Wording(**form.texts_in(lang_code)))


def _require(petition: Petition, lang: str, email: str) -> None:
    if lang not in _languages(petition) or email not in EMAILS:
        abort(404)


def _preview(petition: Petition, email: str, lang: str, shown: Wording) -> Response:
    message = sample_message(
        petition, email, lang, name=organizer().name, address=organizer().email, wording=shown
    )
    if request.values.get("press") == "text":
        return _framed_page("emails/components/preview_text.html", message=message)
    return framed(
        _BODY.sub(lambda body: body[0] + _head_of(message), message.html, 1), target="_blank"
    )


def _head_of(message: Message) -> str:
    """Return the lines that a mail program shows above an email."""
    return render_template("emails/components/preview_head.html", message=message)


def _framed_page(template: str, **context: Any) -> Response:
    return framed(render_template(template, **context), target="_blank")


@blueprint.post("/<slug>/wording/test")
@allowed("petitions.edit", load_petition)
def test_wording(petition: Petition) -> ResponseReturnValue:
    """Send one of the emails only to this organizer, even before the petition is published."""
    lang, _colon, email = request.form.get("send", "").rpartition(":")
    lang = lang if lang in _languages(petition) else petition.original_lang
    email = email if email in EMAILS else "confirmation"
    send_test_email(send_test, petition_id=petition.id, email=email, lang=lang)
    return redirect(url_for("organize.petitions.wording", slug=petition.slug), 303)


def _render_page(
    petition: Petition | Any, form: Any, status: int = 200, *, emptied: str = ""
) -> tuple[str, int]:
    return render_template(
        "organize/petitions/wording.html",
        petition=petition,
        form=form,
        groups=GROUPS,
        rules=TEXTS,
        email_labels=EMAIL_LABELS,
        standards=_standards(petition, form.languages),
        emptied=emptied,
        # A reader of a language without own wording gets the product's, which may surprise the
        # team.
        has_own=any(map(form.is_own, form.languages)),
        title=petition.current_version.text(g.lang, petition.original_lang).title,
    ), status


def _standards(petition: Petition, languages: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    return {lang: standard_texts(petition, lang) for lang in languages}
