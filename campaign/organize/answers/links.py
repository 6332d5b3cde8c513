"""Links through which targets answer: create one, and end it."""

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.answers.links import UnknownTarget, create_link, revoke_link
from campaign.answers.models import AnswerLink
from campaign.answers.queries import link_by_id
from campaign.organize.answers.forms import LinkForm
from campaign.organize.answers.routes import blueprint, list_page
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.scope import load_petition
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow


@blueprint.post("/<slug>/links")
@allowed("answers.edit", load_petition)
def add_link(petition: Petition) -> ResponseReturnValue:
    form = LinkForm().offer(petition, g.lang)
    if not form.validate():
        return list_page(petition, form, 422)
    try:
        act(
            _audit_event_of("answers.link", petition),
            create_link,
            petition_id=petition.id,
            target_id=form.target_id.data,
            lang=form.lang.data,
            last_day=form.last_day.data,
            now=utcnow(),
        )
    except UnknownTarget:
        form.target_id.errors = [_("Choose a target of this petition.")]
        return list_page(petition, form, 422)
    flash(_("Link created. Send it to the target."), "success")
    return redirect(url_for("organize.answers.index", slug=petition.slug, _anchor="links"), 303)


@blueprint.post("/<slug>/links/<int:link_id>/end")
@allowed("answers.edit", load_petition)
def end_link(petition: Petition, link_id: int) -> ResponseReturnValue:
    if _is_of(link_by_id(link_id), petition):
        act(
            _audit_event_of("answers.end_link", petition),
            revoke_link,
            link_id=link_id,
            now=utcnow(),
        )
        flash(_("The link no longer works."), "success")
    return redirect(url_for("organize.answers.index", slug=petition.slug, _anchor="links"), 303)


def _is_of(link: AnswerLink | None, petition: Petition) -> bool:
    return link is not None and link.petition_id == petition.id


def _audit_event_of(action: str, petition: Petition) -> AuditEvent:
    return AuditEvent(action, on=("petition", petition.id), cause_id=petition.cause_id)
