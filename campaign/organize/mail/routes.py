"""Mail updates to people who asked for them: recipients, preview, progress and results."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from campaign.http.responses import framed
from campaign.i18n.local_times import local_time
from campaign.mail.bulk.sending import AlreadyBegun, BulkEmailOver
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.email_tests import send_test_email
from campaign.organize.core.fields import WholeNumberField, language_choices
from campaign.organize.core.identity import causes_where
from campaign.organize.core.pagination import page_of
from campaign.organize.core.scope import load_update
from campaign.organize.core.time_fields import HourField, ZoneField, flash_ambiguous_times
from campaign.process.clock import utcnow
from campaign.site.languages import languages_with
from campaign.site.settings import site_settings
from campaign.updates import mailing as mailings
from campaign.updates.emails import sample
from campaign.updates.mailing import mailing_sender
from campaign.updates.mailing_models import Mailing
from campaign.updates.models import Update
from campaign.updates.presenters import card
from campaign.updates.queries import updates_among
from campaign.updates.recipients import audience


class MailingForm(FlaskForm):
    """Who gets an update by email, when, and how fast."""

    langs = SelectMultipleField(_l("Languages"), choices=language_choices)
    kinds = SelectMultipleField(
        _l("Recipients"),
        choices=[
            SelectChoice("subscribers", _l("People who subscribed with a form")),
            SelectChoice("signers", _l("People who checked the box when they signed")),
        ],
    )
    per_minute = WholeNumberField(
        _l("Emails per minute"),
        [
            InputRequired(_l("Enter a whole number. Enter 0 for no limit.")),
            NumberRange(0, 100_000, _l("Enter a number from 0 to 100,000.")),
        ],
        default=0,
    )
    starts_at = HourField(_l("Starts"), [Optional()])
    time_zone = ZoneField()

    moment = None

    @classmethod
    def usual(cls, zone: str) -> Self:
        return cls(
            formdata=None,
            data={
                "langs": list(site_settings().languages),
                "kinds": ["subscribers", "signers"],
                "per_minute": 0,
                "time_zone": zone,
            },
        )

    @classmethod
    def of(cls, mailing: Mailing, zone: str) -> Self:
        """Return the form with the values of a planned Mailing, its time shown in `zone`."""
        chosen = {
            "langs": mailing.langs or list(site_settings().languages),
            "kinds": mailing.kinds or ["subscribers", "signers"],
        }
        starts_at = local_time(mailing.starts_at, zone)
        return cls(
            formdata=None,
            data={
                **chosen,
                "per_minute": mailing.per_minute,
                "starts_at": starts_at,
                "time_zone": zone,
            },
        )

    def values(self) -> dict[str, Any]:
        """Return the arguments for `plan_mailing` from a valid form."""
        chosen = {
            "langs": self.langs.data,
            "kinds": self.kinds.data,
            "per_minute": self.per_minute.data,
        }
        return {**chosen, "starts_at": self.moment}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields. `moment` is then the chosen instant, or None for immediately."""
        valid: bool = super().validate(extra_validators)
        for field in (self.langs, self.kinds):
            if not field.data and not field.errors:
                field.errors = [_l("Choose at least one.")]
                valid = False
        if not self.starts_at.data or self.starts_at.errors or self.time_zone.errors:
            return valid
        self.moment = self.starts_at.instant_in(self.time_zone.data)
        return valid and self.moment is not None


blueprint = Blueprint("mail", __name__, url_prefix="/mail")
PAGE_SIZE = 30


@blueprint.get("/")
@allowed("mail.see")
def index() -> ResponseReturnValue:
    now = utcnow()
    page = page_of(
        partial(updates_among, causes_where("mail.see"), state="published"),
        PAGE_SIZE,
        "organize.mail.index",
    )
    updates = page.rows
    mailed = mailings.mailings_among(update.id for update in updates)
    return render_template(
        "organize/mail/index.html",
        page=page,
        mailed=[
            (
                update,
                card(update, g.lang),
                mailed[update.id],
                mailing_sender.report(mailed[update.id]),
            )
            for update in updates
            if update.id in mailed
        ],
        unmailed=[
            (update, card(update, g.lang), update.phase(now))
            for update in updates
            if update.id not in mailed
        ],
    )


@blueprint.get("/<slug>")
@allowed("mail.see", load_update)
def show(update: Update) -> ResponseReturnValue:
    mailing, usual_zone = (
        mailings.mailing_of(update.id),
        site_settings().time_zone,
    )
    return _render_page(
        update,
        MailingForm.of(mailing, update.time_zone or usual_zone)
        if mailing is not None and mailing.is_unbegun
        else MailingForm.usual(usual_zone),
    )


@blueprint.post("/<slug>")
@allowed("mail.send", load_update)
@fresh
def plan(update: Update) -> ResponseReturnValue:
    form = MailingForm()
    if not form.validate():
        return _render_page(update, form, 422)
    try:
        act(
            _audit_event_of("mail.plan", update),
            mailings.plan_mailing,
            update_id=update.id,
            now=utcnow(),
            **form.values(),
        )
    except AlreadyBegun:
        # The button was pressed twice. Nobody gets the email twice.
        return _back_to(update)
    except mailings.NotPublic:
        flash(_("Publish this update before you email it."), "danger")
        return _back_to(update)
    flash(_planned(form), "success")
    flash_ambiguous_times((form.starts_at.data,), form.time_zone.data)
    return _back_to(update)


@blueprint.post("/<slug>/change")
@allowed("mail.send", load_update)
@fresh
def change(update: Update) -> ResponseReturnValue:
    """Change the time or the recipients of a mailing that has not begun."""
    form = MailingForm()
    if not form.validate():
        return _render_page(update, form, 422)
    if _change_unbegun(
        update, "mail.change", mailings.change_mailing, now=utcnow(), **form.values()
    ):
        flash(_planned(form), "success")
        flash_ambiguous_times((form.starts_at.data,), form.time_zone.data)
    return _back_to(update)


@blueprint.post("/<slug>/cancel")
@allowed("mail.send", load_update)
def cancel(update: Update) -> ResponseReturnValue:
    """Cancel a mailing that has not begun. The update can be mailed again."""
    if _change_unbegun(update, "mail.cancel", mailings.cancel_mailing):
        flash(
            _("The mailing is cancelled. Nobody got an email. You can schedule it again."),
            "success",
        )
    return _back_to(update)


def _change_unbegun(
    update: Update, action: str, operation: Callable[..., Any], **named: Any
) -> bool:
    """Change a mailing that has not begun. Return whether that was still possible."""
    mailing = mailings.mailing_of(update.id)
    if mailing is None:
        return False
    try:
        act(_audit_event_of(action, update), operation, mailing_id=mailing.id, **named)
    except AlreadyBegun:
        flash(
            _("The mailing has already started, so nothing was changed. You can pause or stop it."),
            "waiting",
        )
        return False
    return True


@blueprint.get("/<slug>/letter/<lang_code>")
@allowed("mail.see", load_update)
def email_preview(update: Update, lang_code: str) -> ResponseReturnValue:
    """Return the email as email programs show it, for the frame in the page."""
    if lang_code not in {text.lang for text in update.texts}:
        abort(404)
    return framed(sample(update, lang_code).html, target="_blank")


@blueprint.post("/<slug>/test/<lang_code>")
@allowed("mail.edit", load_update)
def send_test(update: Update, lang_code: str) -> ResponseReturnValue:
    """Send the email only to this organizer, even before the update is published."""
    lang = lang_code if lang_code in site_settings().languages else g.lang
    send_test_email(mailings.send_test, update_id=update.id, lang=lang)
    view = "organize.updates.show" if update.state == "draft" else "organize.mail.show"
    return redirect(url_for(view, slug=update.slug), 303)


@blueprint.post("/<slug>/pause")
@allowed("mail.send", load_update)
def pause(update: Update) -> ResponseReturnValue:
    return _change_state(
        update,
        "mail.pause",
        mailing_sender.pause,
        _("Paused. A few emails already sent may still arrive."),
    )


@blueprint.post("/<slug>/resume")
@allowed("mail.send", load_update)
@fresh
def resume(update: Update) -> ResponseReturnValue:
    return _change_state(
        update,
        "mail.resume",
        mailing_sender.resume,
        _("Resumed. The mailing continues where it was paused."),
    )


@blueprint.post("/<slug>/stop")
@allowed("mail.send", load_update)
def stop(update: Update) -> ResponseReturnValue:
    return _change_state(
        update,
        "mail.stop",
        mailing_sender.stop,
        _("Stopped. We cannot take back emails that were already sent."),
        now=utcnow(),
    )


def _change_state(
    update: Update, action: str, operation: Callable[..., Any], message: str, **named: Any
) -> ResponseReturnValue:
    mailing = mailings.mailing_of(update.id)
    if mailing is not None:
        try:
            act(_audit_event_of(action, update), operation, row_id=mailing.id, **named)
            flash(message, "success")
        except BulkEmailOver:
            flash(_("The mailing had already ended, so nothing was changed."), "waiting")
    return _back_to(update)


def _planned(form: MailingForm) -> str:
    if form.moment and form.moment > utcnow():
        return _("The mailing is scheduled. You can pause or stop it here, even before it starts.")
    return _("The mailing has started. You can pause or stop it here.")


def _render_page(update: Update, form: MailingForm, status: int = 200) -> ResponseReturnValue:
    mailing = mailings.mailing_of(update.id)
    readers = audience(update.cause_id)
    by_language = _by_language(readers)
    return render_template(
        "organize/mail/show.html",
        update=update,
        card=card(update, g.lang),
        phase=update.phase(utcnow()),
        mailing=mailing,
        report=mailing_sender.report(mailing) if mailing else None,
        form=form,
        audience=by_language,
        audience_sums=[sum(column) for column in list(zip(*by_language, strict=True))[1:]],
        weekly=sum(many for (_lang, _kind, often), many in readers.items() if often == "weekly"),
        samples=[(text.lang, sample(update, text.lang)) for text in update.texts],
    ), status


def _by_language(readers: Mapping[tuple[str, str, str], int]) -> list[tuple[str, int, int]]:
    """Return [(language, subscribers, signers)] of people who get each update."""
    each = {key[:2]: many for key, many in readers.items() if key[2] == "each"}
    return [
        (lang, each.get((lang, "subscribers"), 0), each.get((lang, "signers"), 0))
        for lang in languages_with(lang for lang, _kind in each)
    ]


def _back_to(update: Update) -> ResponseReturnValue:
    return redirect(url_for("organize.mail.show", slug=update.slug), 303)


def _audit_event_of(action: str, update: Update) -> AuditEvent:
    return AuditEvent(action, on=("update", update.id), cause_id=update.cause_id)
