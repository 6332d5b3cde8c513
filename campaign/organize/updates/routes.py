"""Updates: list, create, show, change the slug, preview, publish and mail."""

from dataclasses import replace
from functools import partial
from typing import Any, cast

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.events.presenters import card as event_card
from campaign.events.queries import event_by_id
from campaign.organisations.presenters import show_organisation
from campaign.organize.core.access import allowed, require_fresh_password
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.drafts import (
    DraftForm,
    is_already_created,
    offered,
    use_requested_language,
)
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.pagination import page_of
from campaign.organize.core.scope import load_update, petitions_where
from campaign.organize.core.time_fields import flash_ambiguous_times
from campaign.organize.petitions.forms import SlugForm
from campaign.organize.updates.forms import PublishForm
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.site.settings import site_settings
from campaign.updates import operations
from campaign.updates.mailing import mailing_of, mailings_among, publish_and_mail
from campaign.updates.models import Update
from campaign.updates.presenters import card
from campaign.updates.presenters import page as public_page
from campaign.updates.queries import update_in_any_state, updates_among
from campaign.updates.recipients import audience

blueprint = Blueprint("updates", __name__, url_prefix="/updates")
PAGE_SIZE = 30


@blueprint.get("/")
@allowed("updates.see")
def index() -> ResponseReturnValue:
    now = utcnow()
    page = page_of(
        partial(updates_among, causes_where("updates.see")), PAGE_SIZE, "organize.updates.index"
    )
    mailings = mailings_among(row.id for row in page.rows)
    rows = [(row, card(row, g.lang), row.phase(now), mailings.get(row.id)) for row in page.rows]
    return render_template("organize/updates/index.html", rows=rows, page=page)


@blueprint.get("/new")
@allowed("updates.edit")
def new() -> ResponseReturnValue:
    form = offered(
        DraftForm(formdata=None, lang=g.lang, cause=request.args.get("cause")), "updates.edit"
    )
    return render_template("organize/updates/new.html", form=form)


@blueprint.post("/new")
@allowed("updates.edit")
def create() -> ResponseReturnValue:
    form = offered(DraftForm(), "updates.edit")
    if not form.validate():
        return render_template("organize/updates/new.html", form=form), 422
    slug = form.new_slug("update", operations.slugs.is_taken)
    if is_already_created(update_in_any_state(slug), form):
        return back_to(slug)
    try:
        made = act(
            AuditEvent(
                "updates.create",
                on=lambda update: ("update", update.id),
                cause_id=int(form.cause.data),
            ),
            operations.create_update,
            cause_id=int(form.cause.data),
            slug=slug,
            original_lang=form.lang.data,
            texts={form.lang.data: {"title": form.title.data}},
        )
    except SlugTaken:
        form.slug.errors = [_("Another update uses, or used, this web address. Choose another.")]
        return render_template("organize/updates/new.html", form=form), 422
    flash(_("Draft created. Only organizers can see it until you publish."), "success")
    return redirect(url_for("organize.updates.text", slug=made.slug), 303)


@blueprint.get("/<slug>")
@allowed("updates.see", load_update)
def show(update: Update) -> ResponseReturnValue:
    event = event_by_id(update.event_id) if update.event_id else None
    titles = {petition.id: petition.title for petition in petitions_where("petitions.see")}
    return render_template(
        "organize/updates/show.html",
        update=update,
        card=card(update, g.lang),
        phase=update.phase(utcnow()),
        faults=operations.faults_of(update) if update.state == "draft" else (),
        missing=[
            lang
            for lang in site_settings().languages
            if lang not in {text.lang for text in update.texts}
        ],
        petitions=[titles.get(petition.petition_id, "") for petition in update.petitions],
        event=event_card(event, g.lang, utcnow()) if event else None,
        mailing=mailing_of(update.id),
    )


@blueprint.get("/<slug>/address")
@allowed("updates.edit", load_update)
def address(update: Update) -> ResponseReturnValue:
    return _address_page(update, _slug_of(update))


@blueprint.post("/<slug>/address")
@allowed("updates.edit", load_update)
def save_address(update: Update) -> ResponseReturnValue:
    form = SlugForm()
    if not form.validate():
        return _address_page(update, form, 422)
    try:
        save(
            Editor(form, partial(update_in_any_state, update.slug), _slug_of, _address_page),
            audit_event_of("updates.edit", update),
            operations.change_update_slug,
            update_id=update.id,
            slug=form.slug.data,
        )
    except SlugTaken:
        form.slug.errors = [_("Another update uses, or used, this web address. Choose another.")]
        return _address_page(update, form, 422)
    flash(_("The page has a new web address. The old one redirects to it."), "success")
    return back_to(form.slug.data)


@blueprint.get("/<slug>/preview")
@allowed("updates.see", load_update)
def preview(update: Update) -> ResponseReturnValue:
    """Show the public page as it will be, for organizers only, in the language of `?lang=`."""
    use_requested_language()
    return preview_page(update)


def preview_page(update: Update, **typed: Any) -> str:
    """Return an update's public page for organizers. `typed` holds unsaved UpdatePage fields."""
    show_organisation(update.cause.organisation_id)
    now = utcnow()
    event = event_by_id(update.event_id) if update.event_id else None
    return render_template(
        "organize/updates/preview.html",
        update=replace(public_page(update, g.lang, now), **typed),
        event=event_card(event, g.lang, now) if event else None,
        more=(),
        is_unsaved=bool(typed),
    )


def audit_event_of(action: str, update: Update, **details: Any) -> AuditEvent:
    """Return the AuditEvent to record for a change to this update."""
    return AuditEvent(action, on=("update", update.id), cause_id=update.cause_id, details=details)


def back_to(slug: str) -> BaseResponse:
    """Return a redirect to the page of the update with this slug."""
    return redirect(url_for("organize.updates.show", slug=slug), 303)


def _slug_of(update: Update) -> SlugForm:
    return SlugForm(formdata=None, slug=update.slug, version=update.version_of("text"))


def _address_page(update: Update, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template("organize/updates/address.html", update=update, form=form), status


@blueprint.get("/<slug>/publish")
@allowed("updates.edit", load_update)
def ready(update: Update) -> ResponseReturnValue:
    return _publishing_page(update, PublishForm.of(update, site_settings().time_zone))


@blueprint.post("/<slug>/publish")
@allowed("updates.edit", load_update)
def publish(update: Update) -> ResponseReturnValue:
    form = PublishForm()
    if not form.validate():
        return _publishing_page(update, form, 422)
    mails = form.mails.data and _may_mail(update)
    if mails:
        require_fresh_password()
    try:
        act(
            audit_event_of("updates.publish", update, mails=bool(mails)),
            publish_and_mail,
            update_id=update.id,
            publish_at=form.moment,
            time_zone=form.time_zone.data,
            mails=mails,
            now=utcnow(),
        )
    except operations.UpdateNotReady:
        return _publishing_page(cast(Update, update_in_any_state(update.slug)), form, 409)
    flash(
        _("Published. It is now online.")
        if form.moment is None
        else _("We will publish this update at the time you set."),
        "success",
    )
    flash_ambiguous_times((form.publish_at.data,) if form.moment else (), form.time_zone.data)
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
