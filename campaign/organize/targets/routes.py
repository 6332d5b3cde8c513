"""The targets of an organisation: who may see them, search, add, change, remove, export."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.causes.queries import causes_among
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_slug, organisations_among
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.identity import SharedByCauses, causes_where, may, organisations_where
from campaign.organize.core.pagination import page_of
from campaign.organize.core.scope import organisation_name
from campaign.organize.targets.forms import AboutForm, ContactForm, FindForm, NewForm
from campaign.organize.targets.labels import FIELD_LABELS, STATUS_LABELS, STATUS_TAGS
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.targets.exporting import EXTENSIONS, MEDIA_TYPES, export_targets
from campaign.targets.models import TargetProfile
from campaign.targets.operations import (
    UNDO_TIME,
    ExternalIdTaken,
    change_profile,
    create_profile,
    note_email_status,
    remove_profile,
    restore_profile,
    retry_address,
)
from campaign.targets.presenters import profile_name, target_card
from campaign.targets.queries import (
    profile_by_id,
    profile_count,
    search_profiles,
)

PAGE_SIZE = 50
MAX_WORDS_LENGTH = 200
FORMS = {"about": AboutForm, "contact": ContactForm}
TEMPLATES = {
    "about": "organize/targets/about.html",
    "contact": "organize/targets/contact.html",
}

blueprint = Blueprint("targets", __name__, url_prefix="/targets")


@dataclass(frozen=True)
class Directory(SharedByCauses):
    """The targets of an organisation."""


@dataclass(frozen=True)
class DirectoryTarget(SharedByCauses):
    """One target of an organisation."""

    profile: TargetProfile


def load_directory(slug: str) -> Directory | None:
    """Return the targets of the organisation with this slug, or None."""
    organisation = organisation_by_slug(slug)
    return Directory(organisation, deciding_cause_id(organisation)) if organisation else None


def load_target(slug: str, profile_id: int) -> DirectoryTarget | None:
    """Return a target, even a removed one, or None if the organisation has none with this id."""
    organisation, profile = organisation_by_slug(slug), profile_by_id(profile_id)
    if organisation is None or profile is None or profile.organisation_id != organisation.id:
        return None
    return DirectoryTarget(organisation, deciding_cause_id(organisation), profile)


def deciding_cause_id(organisation: Organisation) -> int | None:
    """Return the cause by whose roles access is decided, None if the organisation's decide.

    A cause where the organizer may edit targets comes first, then any other where they have a role.
    In the second case, the page says that they may not, instead of that it does not exist.
    """
    if may("targets.edit", organisation):
        return None
    for action in ("targets.edit", "overview.see"):
        for cause in causes_among(causes_where(action)):
            if cause.organisation_id == organisation.id:
                return cause.id
    return None


def organisations_with_targets() -> Sequence[Organisation]:
    """Return the organisations whose targets the organizer may edit."""
    organisation_ids, cause_ids = organisations_where("targets.edit"), causes_where("targets.edit")
    if organisation_ids is None or cause_ids is None:
        return organisations_among(None)
    of_causes = {cause.organisation_id for cause in causes_among(cause_ids)}
    return organisations_among(organisation_ids | of_causes)


@blueprint.get("/")
@allowed("targets.edit")
def index() -> ResponseReturnValue:
    """Show the targets of the organizer's organisation, or the organisations if several."""
    organisations = organisations_with_targets()
    if len(organisations) == 1:
        return redirect(url_for("organize.targets.list_all", slug=organisations[0].slug), 303)
    return render_template(
        "organize/targets/organisations.html",
        organisations=[
            (organisation, organisation_name(organisation), profile_count(organisation_id=organisation.id))
            for organisation in organisations
        ],
    )  # fmt: skip


@blueprint.get("/<slug>")
@allowed("targets.edit", load_directory)
def list_all(directory: Directory) -> ResponseReturnValue:
    form = FindForm(request.args, meta={"csrf": False})
    words, status = (form.words.data or "")[:MAX_WORDS_LENGTH], form.status.data or ""
    searched = {name: text for name, text in (("words", words), ("status", status)) if text}
    asked: dict[str, Any] = {
        "organisation_id": directory.organisation.id,
        "query": words,
        "status": status,
    }
    return render_template(
        "organize/targets/index.html",
        **_shared(directory),
        form=form,
        page=page_of(
            partial(search_profiles, **asked),
            PAGE_SIZE,
            "organize.targets.list_all",
            slug=directory.organisation.slug,
            **searched,
        ),
        total=profile_count(**asked),
        searched=searched,
        target_card=target_card,
    )


@blueprint.get("/<slug>/new")
@allowed("targets.edit", load_directory)
def new(directory: Directory) -> ResponseReturnValue:
    return _new_page(directory, NewForm.class_for(None)(formdata=None))


@blueprint.post("/<slug>/new")
@allowed("targets.edit", load_directory)
def create(directory: Directory) -> ResponseReturnValue:
    form = NewForm.class_for(None)()
    if not form.validate():
        return _new_page(directory, form, 422)
    try:
        profile = act(
            _event("targets.create", directory, on=lambda made: ("target", made.id)),
            create_profile,
            organisation_id=directory.organisation.id,
            now=utcnow(),
            **form.columns(),
        )
    except ExternalIdTaken:
        _show_taken_id(form)
        return _new_page(directory, form, 422)
    flash(_("Saved."), "success")
    return _to_target(directory, profile.id)


@blueprint.get("/<slug>/<int:profile_id>")
@allowed("targets.edit", load_target)
def show(target: DirectoryTarget) -> ResponseReturnValue:
    return render_template(
        "organize/targets/show.html",
        **_shared(target),
        profile=target.profile,
        card=target_card(target.profile, g.lang),
        labels=FIELD_LABELS,
        undo_days=UNDO_TIME.days,
    )


@blueprint.get("/<slug>/<int:profile_id>/about")
@allowed("targets.edit", load_target)
def about(target: DirectoryTarget) -> ResponseReturnValue:
    return _part_page("about", target, target.profile, AboutForm.of(target.profile))


@blueprint.post("/<slug>/<int:profile_id>/about")
@allowed("targets.edit", load_target)
def save_about(target: DirectoryTarget) -> ResponseReturnValue:
    return _save("about", target)


@blueprint.get("/<slug>/<int:profile_id>/contact")
@allowed("targets.edit", load_target)
def contact(target: DirectoryTarget) -> ResponseReturnValue:
    return _part_page("contact", target, target.profile, ContactForm.of(target.profile))


@blueprint.post("/<slug>/<int:profile_id>/contact")
@allowed("targets.edit", load_target)
def save_contact(target: DirectoryTarget) -> ResponseReturnValue:
    return _save("contact", target)


@blueprint.post("/<slug>/<int:profile_id>/refuse")
@allowed("targets.edit", load_target)
def refuse(target: DirectoryTarget) -> ResponseReturnValue:
    """Note that an address asked for no more letters, in all targets of the organisation."""
    act(
        _event("targets.refuse", target, on=("target", target.profile.id)),
        note_email_status,
        address=request.form.get("address", ""),
        status="asked_not",
        organisation_id=target.organisation.id,
        now=utcnow(),
    )
    flash(_("We will no longer send letters to this address."), "success")
    return _to_target(target, target.profile.id)


@blueprint.post("/<slug>/<int:profile_id>/retry")
@allowed("targets.edit", load_target)
def retry(target: DirectoryTarget) -> ResponseReturnValue:
    act(
        _event("targets.retry", target, on=("target", target.profile.id)),
        retry_address,
        profile_id=target.profile.id,
        address=request.form.get("address", ""),
        now=utcnow(),
    )
    flash(_("We will try again with the next letter."), "success")
    return _to_target(target, target.profile.id)


@blueprint.post("/<slug>/<int:profile_id>/remove")
@allowed("targets.edit", load_target)
def remove(target: DirectoryTarget) -> ResponseReturnValue:
    act(
        _event("targets.remove", target, on=("target", target.profile.id)),
        remove_profile,
        profile_id=target.profile.id,
        now=utcnow(),
    )
    flash(_("Removed. Supporters can no longer choose this target."), "success")
    return _to_target(target, target.profile.id)


@blueprint.post("/<slug>/<int:profile_id>/restore")
@allowed("targets.edit", load_target)
def restore(target: DirectoryTarget) -> ResponseReturnValue:
    act(
        _event("targets.restore", target, on=("target", target.profile.id)),
        restore_profile,
        profile_id=target.profile.id,
    )
    flash(_("Restored."), "success")
    return _to_target(target, target.profile.id)


@blueprint.post("/<slug>/export/<kind>")
@allowed("targets.edit", load_directory)
def export(directory: Directory, kind: str) -> ResponseReturnValue:
    """Download all targets. The activity log says who did."""
    kind = kind if kind in EXTENSIONS else "csv"
    log_view(_event("targets.export", directory, on=("organisation", directory.organisation.id)))
    text = export_targets(
        organisation_id=directory.organisation.id,
        kind=kind,
        default_lang=site_settings().default_lang,
        for_excel=True,
    )
    file_name = f"targets-{directory.organisation.slug}.{EXTENSIONS[kind]}"
    return Response(
        text,
        content_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _save(part: str, target: DirectoryTarget) -> ResponseReturnValue:
    form_class: Any = FORMS[part]
    form = form_class.class_for(target.profile)()
    if not form.validate():
        return _part_page(part, target, target.profile, form, 422)
    try:
        save(
            Editor(
                form,
                partial(profile_by_id, target.profile.id),
                form_class.of,
                partial(_part_page, part, target),
            ),
            _event("targets.edit", target, on=("target", target.profile.id), part=part),
            change_profile,
            profile_id=target.profile.id,
            part=part,
            now=utcnow(),
            **form.columns(),
        )
    except ExternalIdTaken:
        _show_taken_id(form)
        return _part_page(part, target, target.profile, form, 422)
    flash(_("Saved."), "success")
    return _to_target(target, target.profile.id)


def _show_taken_id(form: Any) -> None:
    form.external_id.errors = [_("Another target has this ID. Enter a different one.")]


def _event(action: str, shared: SharedByCauses, *, on: Any, **details: Any) -> AuditEvent:
    return AuditEvent(action, on=on, cause_id=shared.cause_id, details=details or None)


def _shared(shared: SharedByCauses) -> dict[str, Any]:
    """Return the context that all pages share: the organisation, and the labels of statuses."""
    return {
        "organisation": shared.organisation,
        "name": organisation_name(shared.organisation),
        "is_among_several": len(organisations_with_targets()) > 1,
        "status_labels": STATUS_LABELS,
        "status_tags": STATUS_TAGS,
    }


def _new_page(directory: Directory, form: Any, status: int = 200) -> ResponseReturnValue:
    return render_template("organize/targets/new.html", **_shared(directory), form=form), status


def _part_page(
    part: str, shared: SharedByCauses, profile: TargetProfile, form: Any, status: int = 200
) -> tuple[str, int]:
    return render_template(
        TEMPLATES[part],
        **_shared(shared),
        profile=profile,
        target_name=profile_name(profile, g.lang),
        form=form,
    ), status


def _to_target(shared: SharedByCauses, profile_id: int) -> ResponseReturnValue:
    return redirect(
        url_for("organize.targets.show", slug=shared.organisation.slug, profile_id=profile_id), 303
    )
