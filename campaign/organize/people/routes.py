"""The organizers: who may do what, inviting them, and removing them."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.accounts.alerts import alert_of_new_admin, alert_subject
from campaign.accounts.factors import remove_second_factors
from campaign.accounts.models import Grant, Organizer
from campaign.accounts.operations import (
    LastAdmin,
    LastOwner,
    OrganizerRemoved,
    enqueue_invitation,
    give_role,
    invite,
    remove,
    remove_role,
)
from campaign.accounts.permissions import (
    ADMIN,
    EVERYWHERE,
    ORGANISATION_OWNER,
    ROLE_NAMES,
    table_role,
)
from campaign.accounts.queries import (
    last_invitation,
    organizer_by_address,
    organizer_by_id,
    organizers_of,
)
from campaign.causes.queries import causes_among
from campaign.causes.titles import title_of
from campaign.extensions import db
from campaign.organisations.identity import identities, name_of, organisation_names
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.identity import causes_where, may, organisations_where, organizer
from campaign.organize.core.scope import organisation_ids_where
from campaign.organize.people.forms import InvitationForm, RoleForm
from campaign.process.clock import utcnow
from campaign.text.email_addresses import Address
from campaign.text.names import NameRefused, clean_name

ROLE_HINTS = {
    ADMIN: _l("Can do everything on the whole site, and manage all organizers"),
    ORGANISATION_OWNER: _l("Can do everything in all causes, create causes, and manage the team"),
    "owner": _l("Can do everything in one cause, and manage its team"),
    "editor": _l("Writes petitions, events and updates. Cannot see who signed"),
    "exporter": _l("Sees signatures and exports them for delivery"),
    "reviewer": _l("Reviews and corrects signatures, reviews comments, imports paper signatures"),
    "tabler": _l("Pairs tablets and checks people in at events"),
}
OWNER_OF_ONE_HINT = _l(
    "Can do everything in all causes of one organization, create causes, and manage its team"
)
AnyForm = TypeVar("AnyForm", bound=RoleForm)

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("/")
@allowed("people.see")
def index() -> ResponseReturnValue:
    visible = _visible()
    people = organizers_of(visible.cause_ids, visible.organisation_ids)
    return render_template(
        "organize/people/index.html",
        people=[(person, visible.grants_of(person)) for person in people],
        **_role_context(),
    )


@blueprint.get("/invite")
@allowed("people.change")
def new() -> ResponseReturnValue:
    return _invitation_page(_offered(InvitationForm(formdata=None)))


@blueprint.post("/invite")
@allowed("people.change")
@fresh
def create() -> ResponseReturnValue:
    form = _offered(InvitationForm())
    if not form.validate():
        return _invitation_page(form, 422)
    if _is_own(organizer_by_address(cast(Address, form.email.address).normalized)):
        form.email.errors = [_("This is your own email address. You cannot change your own roles.")]
        return _invitation_page(form, 422)
    try:
        act(
            _role_given(form, on=lambda given: ("organizer", given.organizer_id)),
            invite,
            then=alert_of_new_admin,
            address=form.email.address,
            name=_clean(form.name.data),
            lang=form.lang.data,
            invited_by_id=organizer().id,
            may_bring_back=may("people.remove"),
            now=utcnow(),
            **form.grant,
        )
    except OrganizerRemoved:
        form.email.errors = [_("An admin removed this person. Ask an admin to invite them again.")]
        return _invitation_page(form, 422)
    flash(
        _(
            "We will email %(email)s a link to join.",
            email=cast(Address, form.email.address).normalized,
        ),
        "success",
    )
    return redirect(url_for("organize.people.index"), 303)


@blueprint.get("/<int:organizer_id>")
@allowed("people.see")
def show(organizer_id: int) -> ResponseReturnValue:
    return _render_page(_load_visible(organizer_id), _offered(RoleForm(formdata=None)))


@blueprint.post("/<int:organizer_id>/roles")
@allowed("people.change")
@fresh
def grant_role(organizer_id: int) -> ResponseReturnValue:
    """Assign another role to an organizer who already has one."""
    person, form = _load_visible(organizer_id), _offered(RoleForm())
    if _is_own(person):
        abort(403)
    if not form.validate():
        return _render_page(person, form, 422)
    name = person.called
    audit_event = _role_given(form, on=("organizer", person.id))
    act(
        audit_event,
        give_role,
        then=alert_of_new_admin,
        organizer_id=person.id,
        now=utcnow(),
        **form.grant,
    )
    flash(_("We will email %(name)s about the new role.", name=name), "success")
    return redirect(url_for("organize.people.show", organizer_id=organizer_id), 303)


def grant_of(grant_id: int) -> Grant | None:
    return db.session.get(Grant, grant_id)


@blueprint.post("/roles/<int:grant_id>/take")
@allowed("people.change", grant_of)
@fresh
def remove_grant(grant: Grant) -> ResponseReturnValue:
    """Remove a role. Nobody can remove their own, so that no cause is left alone by mistake."""
    person_id = grant.organizer_id
    if person_id == organizer().id:
        abort(403)
    try:
        audit_event = AuditEvent(
            "people.take",
            on=("organizer", person_id),
            cause_id=grant.cause_id,
            details=_details_of(table_role(grant), grant.organisation_id),
        )
        act(
            audit_event,
            remove_role,
            then=_alert_unless_invited(organizer_by_id(person_id)),
            grant_id=grant.id,
        )
    except LastAdmin:
        flash(_("This is the last admin. Make someone else an admin first."), "danger")
    except LastOwner as error:
        flash(_last_owner_text(error), "danger")
    else:
        flash(_("Role removed."), "success")
    return _back_to(person_id)


@blueprint.post("/<int:organizer_id>/invite-again")
@allowed("people.change")
@fresh
def invite_again(organizer_id: int) -> ResponseReturnValue:
    person = _load_visible(organizer_id)
    if person.is_invited:
        audit_event = AuditEvent("people.invite", on=("organizer", person.id))
        act(
            audit_event,
            enqueue_invitation,
            organizer_id=person.id,
            invited_by_id=organizer().id,
            now=utcnow(),
        )
        flash(_("We sent a new email. The link in the old one no longer works."), "success")
    return redirect(url_for("organize.people.show", organizer_id=organizer_id), 303)


@blueprint.post("/<int:organizer_id>/unlock")
@allowed("people.unlock")
@fresh
def unlock(organizer_id: int) -> ResponseReturnValue:
    """Remove the second factors of an organizer who lost them.

    New ones are set up at the next sign-in.
    """
    person = _load_visible(organizer_id)
    if person.id == organizer().id:
        abort(403)
    act(
        AuditEvent("people.unlock", on=("organizer", person.id)),
        remove_second_factors,
        then=_alert_unless_invited(person),
        organizer_id=person.id,
    )
    flash(
        _(
            "Two-step verification is reset. This person must set it up again when they next sign in."
        ),
        "success",
    )
    return redirect(url_for("organize.people.show", organizer_id=organizer_id), 303)


@blueprint.post("/<int:organizer_id>/remove")
@allowed("people.remove")
@fresh
def remove_whole(organizer_id: int) -> ResponseReturnValue:
    person = _load_visible(organizer_id)
    if person.id == organizer().id:
        abort(403)
    name = person.called
    try:
        audit_event = AuditEvent("people.remove", on=("organizer", person.id))
        act(
            audit_event,
            remove,
            then=_alert_unless_invited(person),
            organizer_id=person.id,
            now=utcnow(),
        )
    except LastAdmin:
        flash(_("This is the last admin. Make someone else an admin first."), "danger")
        return redirect(url_for("organize.people.show", organizer_id=organizer_id), 303)
    except LastOwner as error:
        flash(_last_owner_text(error), "danger")
        return redirect(url_for("organize.people.show", organizer_id=organizer_id), 303)
    flash(
        _("%(name)s is no longer an organizer and was signed out everywhere.", name=name), "success"
    )
    return redirect(url_for("organize.people.index"), 303)


def _alert_unless_invited(person: Organizer) -> Callable[..., None] | None:
    """Return the callback that alerts an organizer to a change of their account.

    Return None for people who never accepted their invitation: they have no account yet.
    """
    return None if person.is_invited else alert_subject


def _role_given(form: RoleForm, on: tuple[str, int] | Callable[..., Any]) -> AuditEvent:
    grant = form.grant
    details = _details_of(form.role.data, grant.get("organisation_id"))
    return AuditEvent("people.invite", on=on, cause_id=grant.get("cause_id"), details=details)


def _details_of(role: str, organisation_id: int | None) -> dict[str, Any]:
    return {"role": role} | ({"organisation_id": organisation_id} if organisation_id else {})


def _last_owner_text(error: LastOwner) -> str:
    owned = title_of(error.cause_id, g.lang) or name_of(error.organisation_id, g.lang)
    return _("This is the last owner of “%(title)s”. Choose another owner first.", title=owned)


def _is_own(person: Organizer | None) -> bool:
    """Return whether these are the roles of the signed-in organizer, who may not change them.

    An admin may: they can do everything already.
    """
    return person is not None and person.id == organizer().id and not may("people.remove")


class _Visible(NamedTuple):
    """The causes and organisations whose roles the signed-in organizer may see."""

    cause_ids: frozenset[int] | None
    organisation_ids: frozenset[int]

    def grants_of(self, person: Organizer) -> list[Grant]:
        """Return the grants that may be seen: those of admins, and those in these places."""
        return [
            grant
            for grant in person.grants
            if self.cause_ids is EVERYWHERE
            or grant.role == ADMIN
            or grant.cause_id in self.cause_ids
            or grant.organisation_id in self.organisation_ids
        ]

    def has(self, person: Organizer | None) -> bool:
        """Return whether they may see this person at all."""
        return (
            person is not None
            and person.removed_at is None
            and (self.cause_ids is EVERYWHERE or bool(self.grants_of(person)))
        )


def _visible() -> _Visible:
    return _Visible(causes_where("people.see"), organisation_ids_where("people.see"))


def _load_visible(organizer_id: int) -> Organizer:
    """Return the organizer if the signed-in one may see them, else abort with 404."""
    person = organizer_by_id(organizer_id)
    return person if _visible().has(person) else abort(404)


def _offered(form: AnyForm) -> AnyForm:
    organisation_ids = organisations_where("people.change")
    organisations = {
        organisation_id: identity.name(g.lang)
        for organisation_id, identity in identities().by_id.items()
        if organisation_ids is EVERYWHERE or organisation_id in organisation_ids
    }
    causes = causes_among(causes_where("people.change"))
    return form.offer(causes, organisations, may("people.remove"), g.lang)


def _clean(name: str | None) -> str:
    try:
        return clean_name(name) if name and name.strip() else ""
    except NameRefused:
        return ""


def _back_to(organizer_id: int) -> ResponseReturnValue:
    url = (
        url_for("organize.people.show", organizer_id=organizer_id)
        if _visible().has(organizer_by_id(organizer_id))
        else url_for("organize.people.index")
    )
    return redirect(url, 303)


def _role_context() -> dict[str, Any]:
    """Return what templates need to name roles: where there is one organisation, not its name."""
    is_one = not identities().are_several
    hints = ROLE_HINTS if is_one else {**ROLE_HINTS, ORGANISATION_OWNER: OWNER_OF_ONE_HINT}
    causes = causes_among(causes_where("people.see"))
    return {
        "role_of": table_role,
        "role_names": ROLE_NAMES,
        "role_hints": hints,
        "cause_titles": {cause.id: cause.text(g.lang).title for cause in causes},
        "organisation_names": organisation_names(g.lang),
    }


def _invitation_page(form: InvitationForm, status: int = 200) -> ResponseReturnValue:
    return render_template("organize/people/new.html", form=form, **_role_context()), status


def _render_page(person: Organizer, form: RoleForm, status: int = 200) -> ResponseReturnValue:
    context = {
        "person": person,
        "grants": _visible().grants_of(person),
        "form": form,
        "is_self": person.id == organizer().id,
        "may_change": may("people.change") and not _is_own(person),
    }
    if person.is_invited:
        context["invitation"], context["now"] = last_invitation(person.id), utcnow()
    return render_template("organize/people/show.html", **context, **_role_context()), status
