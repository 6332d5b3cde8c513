"""Publish an update now or later, and mail it."""

from flask import current_app, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.clocks import tell_of_hours_twice
from campaign.organize.identity import may
from campaign.organize.updates.forms import PublishForm
from campaign.organize.updates.routes import back_to, blueprint, fact_of, load_update
from campaign.process.clock import utcnow
from campaign.updates import operations
from campaign.updates.mailing import mailing_of, publish_and_mail
from campaign.updates.models import Update
from campaign.updates.queries import update_in_any_state
from campaign.updates.recipients import audience


@blueprint.get("/<slug>/publish")
@allowed("updates.edit", load_update)
def ready(update: Update) -> ResponseReturnValue:
    return _publishing_page(
        update, PublishForm.of(update, current_app.config["BABEL_DEFAULT_TIMEZONE"])
    )


@blueprint.post("/<slug>/publish")
@allowed("updates.edit", load_update)
def publish(update: Update) -> ResponseReturnValue:
    form = PublishForm()
    if not form.validate():
        return _publishing_page(update, form, 422)
    mails = form.mails.data and _may_mail(update)
    try:
        act(
            fact_of("updates.publish", update, mails=bool(mails)),
            publish_and_mail,
            update_id=update.id,
            publish_at=form.moment,
            time_zone=form.time_zone.data,
            mails=mails,
            now=utcnow(),
        )
    except operations.UpdateNotReady:
        return _publishing_page(update_in_any_state(update.slug), form, 409)
    flash(
        _("Published. It is now online.")
        if form.moment is None
        else _("It will be published at the time you set."),
        "success",
    )
    tell_of_hours_twice((form.publish_at.data,) if form.moment else (), form.time_zone.data)
    return back_to(update.slug)


def _publishing_page(update: Update, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/updates/publish.html",
        update=update,
        form=form,
        faults=operations.faults_of(update),
        phase=update.phase(utcnow()),
        may_mail=_may_mail(update),
        readers=sum(audience(update.cause_id).values()),
    ), status


def _may_mail(update: Update) -> bool:
    return may("mail.send", update) and mailing_of(update.id) is None
