"""An update before everybody's eyes: its picture, publishing it now or later, taking it back."""

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _

from campaign.lib.pictures import MOST_BYTES, PictureRefused
from campaign.lib.times import utcnow
from campaign.organize.acts import act
from campaign.organize.guard import allowed, takes_bytes
from campaign.organize.presence import may
from campaign.organize.updates import any_update, back_to, blueprint, fact_of
from campaign.organize.updates_forms import PictureForm, PublishForm
from campaign.subscriptions.queries import audience
from campaign.updates import operations
from campaign.updates.mailing import mailing_of, publish_and_mail
from campaign.updates.picturing import remove_update_picture, set_update_picture
from campaign.updates.queries import update_in_any_state


@blueprint.get("/<slug>/picture")
@allowed("updates.edit", any_update)
def picture(update):
    return _picture_page(update, PictureForm.of(update))


@blueprint.post("/<slug>/picture")
@takes_bytes(MOST_BYTES + 64 * 1024)
@allowed("updates.edit", any_update)
def save_picture(update):
    form = PictureForm()
    if not form.validate_for(update):
        return _picture_page(update, form, 422)
    picture = {"data": form.file.data.read() if form.file.data else None, "focus": (form.focus_x.data, form.focus_y.data)}
    try:
        act(
            fact_of("updates.edit", update, part="picture"),
            set_update_picture,
            update_id=update.id,
            alts=form.alts(update),
            now=utcnow(),
            **picture,
        )
    except PictureRefused as fact:
        form.file.errors = [_refusal(fact.code)]
        return _picture_page(update, form, 422)
    flash(_("Saved."), "sure")
    return back_to(update.slug)


@blueprint.post("/<slug>/picture/remove")
@allowed("updates.edit", any_update)
def remove_picture(update):
    act(fact_of("updates.edit", update, part="picture"), remove_update_picture, update_id=update.id, now=utcnow())
    flash(_("The picture is taken away."), "sure")
    return back_to(update.slug)


@blueprint.get("/<slug>/publish")
@allowed("updates.edit", any_update)
def ready(update):
    return _publishing_page(update, PublishForm.of(update, current_app.config["BABEL_DEFAULT_TIMEZONE"]))


@blueprint.post("/<slug>/publish")
@allowed("updates.edit", any_update)
def publish(update):
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
    flash(_("Published. It stands at its address from now on.") if form.moment is None else _("It goes out by itself at the hour you set."), "sure")
    return back_to(update.slug)


@blueprint.post("/<slug>/withdraw")
@allowed("updates.edit", any_update)
def withdraw(update):
    act(fact_of("updates.withdraw", update), operations.withdraw_update, update_id=update.id, now=utcnow())
    flash(_("Taken back. It is a draft again, and only organizers see it."), "sure")
    return back_to(update.slug)


def _picture_page(update, form, status=200):
    picture_url = url_for("updates.picture", slug=update.slug, digest=update.picture.digest) if update.picture else ""
    wide_url = url_for("updates.wide_picture", slug=update.slug, digest=update.picture.digest) if update.picture else ""
    return render_template(
        "organize/updates/picture.html", update=update, form=form, picture_url=picture_url, wide_url=wide_url
    ), status


def _publishing_page(update, form, status=200):
    return render_template(
        "organize/updates/publish.html",
        update=update,
        form=form,
        faults=operations.faults_of(update),
        phase=update.phase(utcnow()),
        may_mail=_may_mail(update),
        readers=sum(audience(update.cause_id).values()),
    ), status


def _may_mail(update):
    return may("mail.send", update) and mailing_of(update.id) is None


def _refusal(code):
    return {
        "format": _("That is no picture we can read. JPEG, PNG and WebP work."),
        "bytes": _("That file is larger than 12 MB. Save the picture smaller."),
        "pixels": _("That picture has more than 50 million points. Save it smaller."),
    }[code]
