"""Petitions: list, create, show, set the goal, clone, preview, check before publishing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.actions.letters.editing import letter_settings, letter_texts_of
from campaign.actions.letters.models import LETTER, SENT_BY_US
from campaign.actions.letters.queries import LetterCounts, letter_counts, total_of
from campaign.actions.letters.readiness import profiles_of, reaches
from campaign.i18n.locales import current_locale, translated_language_name
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.drafts import (
    LaterForm,
    is_already_created,
    offered,
    use_requested_language,
)
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.pagination import page_of
from campaign.organize.core.scope import load_petition
from campaign.organize.petitions.cloning import clone_all
from campaign.organize.petitions.forms import CloneForm, GoalForm, NewPetitionForm
from campaign.organize.petitions.labels import DELIVERY_METHOD_LABELS
from campaign.petitions import operations
from campaign.petitions.editing import change_goal
from campaign.petitions.goals import next_goal
from campaign.petitions.models import Petition
from campaign.petitions.presenters import card
from campaign.petitions.queries import (
    archived_petitions,
    petition_counts,
    petition_in_any_state,
    petitions_among,
)
from campaign.petitions.questions import prompts_among
from campaign.petitions.readiness import faults_of, missing_details, missing_languages
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.signatures.forms import signature_form
from campaign.signatures.presenters import petition_context
from campaign.site.settings import site_settings
from campaign.text.slugs import free_slug

blueprint = Blueprint("petitions", __name__, url_prefix="/petitions")
PAGE_SIZE = 30


@dataclass(frozen=True)
class LetterSummary:
    """The subject of a letter, how letters are delivered, and how many there are.

    In the languages of `untranslated`, the page has a text, but the letter has no subject.
    `reachable_count` of the `target_count` targets have an address that letters can be sent to.
    """

    subject: str
    untranslated: tuple[str, ...]
    prompts: int
    delivery_method: str
    delivery_method_label: Any
    is_sent_by_us: bool
    target_count: int
    reachable_count: int
    total: LetterCounts


@blueprint.get("/")
@allowed("petitions.see")
def index() -> ResponseReturnValue:
    """List the petitions in use, or the archived ones with `?archived=1`."""
    cause_ids, now = causes_where("petitions.see"), utcnow()
    in_archive = bool(request.args.get("archived"))
    find = partial(petitions_among, cause_ids, archived=in_archive)
    page = page_of(find, PAGE_SIZE, "organize.petitions.index", archived=1 if in_archive else None)
    counts = petition_counts(petition.id for petition in page.rows)
    return render_template(
        "organize/petitions/index.html",
        rows=[
            (petition, card(petition, g.lang, counts.get(petition.id, 0), now))
            for petition in page.rows
        ],
        page=page,
        in_archive=in_archive,
        archived=archived_petitions(cause_ids),
        may_create=may("petitions.edit"),
    )


@blueprint.get("/new")
@allowed("petitions.edit")
def new() -> ResponseReturnValue:
    form = offered(
        NewPetitionForm(formdata=None, lang=g.lang, cause=request.args.get("cause")),
        "petitions.edit",
    )
    return render_template("organize/petitions/new.html", form=form)


@blueprint.post("/new")
@allowed("petitions.edit")
def create() -> ResponseReturnValue:
    form = offered(NewPetitionForm(), "petitions.edit")
    if not form.validate():
        return render_template("organize/petitions/new.html", form=form), 422
    slug = form.new_slug(form.action_kind.data, operations.slugs.is_taken)
    if is_already_created(petition_in_any_state(slug), form, attrgetter("current_version.texts")):
        return redirect(url_for("organize.petitions.show", slug=slug), 303)
    try:
        made = act(
            AuditEvent(
                "petitions.create",
                on=lambda petition: ("petition", petition.id),
                cause_id=int(form.cause.data),
            ),
            operations.create_petition,
            cause_id=int(form.cause.data),
            slug=slug,
            state="draft",
            action_kind=form.action_kind.data,
            original_lang=form.lang.data,
            texts={form.lang.data: {"title": form.title.data, "summary": "", "body": ""}},
            targets=[],
        )
    except SlugTaken:
        form.slug.errors = [_("Another petition uses, or used, this web address. Choose another.")]
        return render_template("organize/petitions/new.html", form=form), 422
    flash(_("Draft created. Only organizers can see it until you publish."), "success")
    return redirect(url_for("organize.petitions.text", slug=made.slug, guide=1), 303)


@blueprint.get("/<slug>")
@allowed("petitions.see", load_petition)
def show(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, GoalForm.of(petition))


@blueprint.post("/<slug>/goal")
@allowed("petitions.edit", load_petition)
def goal(petition: Petition) -> ResponseReturnValue:
    form = GoalForm()
    if not form.validate():
        return _render_page(petition, form, 422)
    audit_event = audit_event_of("petitions.edit", petition, part="goal", goal=form.goal.data)
    save(
        editor_of(petition, form, GoalForm.of, _render_page),
        audit_event,
        change_goal,
        petition_id=petition.id,
        goal=form.goal.data,
    )
    flash(_("Goal saved."), "success")
    return back_to(petition)


@blueprint.post("/<slug>/duplicate")
@allowed("petitions.edit", load_petition)
def duplicate(petition: Petition) -> ResponseReturnValue:
    form = CloneForm().offer(petition)
    if not form.validate():
        return _render_page(petition, GoalForm.of(petition), 422, clone_form=form)
    cause_id = int(form.cause.data)
    audit_event = AuditEvent(
        "petitions.create",
        on=lambda made: ("petition", made.id),
        cause_id=cause_id,
        details={"after": petition.slug},
    )
    try:
        made = act(
            audit_event,
            clone_all,
            petition_id=petition.id,
            slug=free_slug(petition.slug, operations.slugs.is_taken),
            cause_id=cause_id,
            now=utcnow(),
        )
    except operations.OtherOrganisation:
        form.cause.errors = [_("Choose a cause of the same organization.")]
        return _render_page(petition, GoalForm.of(petition), 422, clone_form=form)
    flash(_("This is a draft copy. Set its dates."), "success")
    return redirect(url_for("organize.petitions.show", slug=made.slug), 303)


@blueprint.get("/<slug>/preview")
@allowed("petitions.see", load_petition)
def preview(petition: Petition) -> ResponseReturnValue:
    """Show the public page as it will be, for organizers only, in the language of `?lang=`."""
    use_requested_language()
    return preview_page(petition)


def preview_page(petition: Petition, **typed: Any) -> str:
    """Return a petition's public page for organizers.

    `typed` holds fields of its PetitionPage that are not saved yet.
    """
    context = petition_context(petition, g.lang, utcnow())
    context["petition"] = replace(context["petition"], **typed)
    shown = context["petition"]
    form = signature_form(shown.required_fields, shown.questions, action=shown, lang=g.lang)
    return render_template(
        "organize/petitions/preview.html",
        form=form,
        is_preview=True,
        is_unsaved=bool(typed),
        picture_view="organize.petitions.picture_file",
        **context,
    )


def _render_page(
    petition: Petition,
    form: FlaskForm,
    status: int = 200,
    *,
    clone_form: CloneForm | None = None,
) -> tuple[str, int]:
    now = utcnow()
    count = petition_counts([petition.id]).get(petition.id, 0)
    return render_template(
        "organize/petitions/show.html",
        petition=petition,
        card=card(petition, g.lang, count, now),
        now=now,
        form=form,
        clone_form=clone_form or CloneForm.of(petition),
        faults=faults_of(petition, now) if petition.state == "draft" else (),
        missing=missing_languages(petition),
        next_goal=next_goal(count, petition.goal),
        cause_title=petition.cause.text(g.lang).title,
        letter=letter_summary(petition),
    ), status


def letter_summary(petition: Petition) -> LetterSummary | None:
    """Return the LetterSummary of a letter action, and None for another kind."""
    if petition.action_kind != LETTER:
        return None
    text = petition.current_version.text(g.lang, petition.original_lang)
    method = letter_settings(petition.id).delivery_method
    places = reaches(profiles_of(petition.id))
    return LetterSummary(
        subject=(text.kind_texts or {}).get("subject", ""),
        untranslated=tuple(
            lang for lang, parts in letter_texts_of(petition).items() if not parts["subject"]
        ),
        prompts=len(prompts_among(petition.questions)),
        delivery_method=method,
        delivery_method_label=DELIVERY_METHOD_LABELS[method],
        is_sent_by_us=method in SENT_BY_US,
        target_count=len(places),
        reachable_count=sum(bool(place.address) for place in places),
        total=total_of(letter_counts(petition.id, g.lang)),
    )


def audit_event_of(action: str, petition: Petition, **details: Any) -> AuditEvent:
    """Return the AuditEvent to record for a change to this petition."""
    return AuditEvent(
        action, on=("petition", petition.id), cause_id=petition.cause_id, details=details
    )


def editor_of(
    petition: Petition,
    form: FlaskForm,
    form_of: Callable[[Any], FlaskForm],
    page: Callable[[Any, Any], ResponseReturnValue],
) -> Editor:
    """Return the Editor of a form about this petition."""
    return Editor(form, partial(petition_in_any_state, petition.slug), form_of, page)


def back_to(petition: Petition) -> BaseResponse:
    """Return a redirect to the petition's page."""
    return redirect(url_for("organize.petitions.show", slug=petition.slug), 303)


@blueprint.get("/<slug>/publish")
@allowed("petitions.publish", load_petition)
def ready(petition: Petition) -> ResponseReturnValue:
    if petition.state != "draft":
        return back_to(petition)
    return publish_page(petition)


def publish_page(
    petition: Petition | Any, status: int = 200, later: LaterForm | None = None
) -> tuple[str, int]:
    """Return the page, with the form that schedules the publication."""
    now = utcnow()
    return render_template(
        "organize/petitions/publish.html",
        petition=petition,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
        faults=faults_of(petition, now),
        missing=(missing := missing_languages(petition)),
        missing_names=[translated_language_name(lang, str(current_locale())) for lang in missing],
        missing_details=missing_details(petition),
        later=later or LaterForm.of(petition, site_settings().time_zone),
        letter=letter_summary(petition),
        opens_later=petition.opens_at is not None and petition.opens_at > now,
    ), status
