"""The states of a petition: checks before publishing, publish, close, reopen, archive."""

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from campaign.i18n.locales import NAMES
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act
from campaign.organize.clocks import tell_of_hours_twice
from campaign.organize.petitions.routes import back_to, blueprint, fact_of, load_petition
from campaign.organize.schedule_forms import LaterForm
from campaign.petitions import operations
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.readiness import faults_of, missing_languages
from campaign.process.clock import utcnow


@blueprint.get("/<slug>/publish")
@allowed("petitions.publish", load_petition)
def ready(petition: Petition) -> ResponseReturnValue:
    if petition.state != "draft":
        return back_to(petition)
    return _publishing_page(petition)


@blueprint.post("/<slug>/publish")
@allowed("petitions.publish", load_petition)
def publish(petition: Petition) -> ResponseReturnValue:
    done = _("Published. Everyone can see it at its address now.")
    if petition.cause.state == "draft":
        done = _(
            "Published, but nobody sees it yet: its cause is a draft. Publish the cause to make both visible."
        )
    return _gone_out(
        petition, fact_of("petitions.publish", petition), operations.publish_petition, done
    )


@blueprint.post("/<slug>/publish-later")
@allowed("petitions.publish", load_petition)
def publish_later(petition: Petition) -> ResponseReturnValue:
    form = LaterForm()
    if not form.validate():
        return _publishing_page(petition, 422, form)
    fact, done = fact_of("petitions.schedule", petition), _("It goes out by itself then.")
    answer = _gone_out(
        petition, fact, operations.schedule_petition, done, at=form.moment, zone=form.time_zone.data
    )
    tell_of_hours_twice((form.publish_at.data,), form.time_zone.data)
    return answer


@blueprint.post("/<slug>/publish-not")
@allowed("petitions.publish", load_petition)
def publish_not(petition: Petition) -> ResponseReturnValue:
    """Cancel the scheduled publication."""
    act(
        fact_of("petitions.schedule", petition),
        operations.schedule_petition,
        petition_id=petition.id,
        at=None,
        now=utcnow(),
    )
    flash(_("It stays a draft until you publish it."), "sure")
    return back_to(petition)


@blueprint.post("/<slug>/close")
@allowed("petitions.publish", load_petition)
def close(petition: Petition) -> ResponseReturnValue:
    act(fact_of("petitions.close", petition), operations.close_petition, petition_id=petition.id)
    flash(_("Closed. Whoever signed before that can still confirm."), "sure")
    return back_to(petition)


@blueprint.post("/<slug>/reopen")
@allowed("petitions.publish", load_petition)
def reopen(petition: Petition) -> ResponseReturnValue:
    try:
        act(
            fact_of("petitions.reopen", petition),
            operations.reopen_petition,
            petition_id=petition.id,
            now=utcnow(),
        )
    except operations.CauseClosed:
        return _cause_is_closed(petition)
    flash(_("It takes signatures again."), "sure")
    return back_to(petition)


@blueprint.post("/<slug>/archive")
@allowed("petitions.publish", load_petition)
def archive(petition: Petition) -> ResponseReturnValue:
    act(
        fact_of("petitions.archive", petition),
        operations.archive_petition,
        petition_id=petition.id,
        now=utcnow(),
    )
    flash(_("Archived. It stands in no list any more."), "sure")
    return back_to(petition)


@blueprint.post("/<slug>/restore")
@allowed("petitions.publish", load_petition)
def restore(petition: Petition) -> ResponseReturnValue:
    act(
        fact_of("petitions.restore", petition), operations.restore_petition, petition_id=petition.id
    )
    flash(_("Out of the archive again."), "sure")
    return back_to(petition)


def _gone_out(
    petition: Petition, fact: Fact, operation: Callable[..., Any], done: str, **planned: Any
) -> ResponseReturnValue:
    """Publish a complete draft, now or later, and flash `done`; else show what it lacks."""
    try:
        act(fact, operation, petition_id=petition.id, now=utcnow(), **planned)
    except operations.NotReady:
        return _publishing_page(petition_in_any_state(petition.slug), 409)
    except operations.CauseClosed:
        return _cause_is_closed(petition)
    flash(done, "sure")
    return back_to(petition)


def _cause_is_closed(petition: Petition) -> BaseResponse:
    flash(_("Its cause is closed. Open that first."), "grave")
    return back_to(petition)


def _publishing_page(
    petition: Petition | Any, status: int = 200, later: LaterForm | None = None
) -> tuple[str, int]:
    now = utcnow()
    return render_template(
        "organize/petitions/publish.html",
        petition=petition,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
        faults=faults_of(petition, now),
        missing=(missing := missing_languages(petition)),
        missing_names=[NAMES[lang] for lang in missing],
        later=later or LaterForm.of(petition, current_app.config["BABEL_DEFAULT_TIMEZONE"]),
        opens_later=petition.opens_at is not None and petition.opens_at > now,
    ), status
