"""The organizers: who may do what, inviting them, and removing them."""

from collections.abc import Callable, Iterable
from typing import Any, Self

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from campaign.accounts.alerts import alert_of_new_admin, alert_subject
from campaign.accounts.factors import remove_second_factors
from campaign.accounts.models import Grant, Organizer
from campaign.accounts.operations import (
    LastAdmin,
    OrganizerRemoved,
    enqueue_invitation,
    give_role,
    invite,
    remove,
    remove_role,
)
from campaign.accounts.permissions import ADMIN, EVERYWHERE, ROLE_NAMES, ROLES
from campaign.accounts.queries import last_invitation, organizer_by_id, organizers_of
from campaign.causes.models import Cause
from campaign.causes.queries import causes_among
from campaign.extensions import db
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import INTERFACE_CHOICES, AddressField
from campaign.organize.core.identity import causes_where, may, organizer
from campaign.process.clock import utcnow
from campaign.text.names import NameRefused, clean_name

ROLE_HINTS = {
    ADMIN: _l("Can do everything in every cause, and manage organizers"),
    "owner": _l("Can do everything in this cause, and manage its team"),
    "editor": _l("Petitions, events and updates. Cannot see supporters"),
    "exporter": _l("Sees signatures and exports them for delivery"),
    "reviewer": _l("Reviews held signatures and comments"),
    "tabler": _l("Pairs tablets and checks people in at events"),
}
# The first choice is empty, so that nobody invites into the wrong cause just because it is first.
NO_CAUSE = SelectChoice("", _l("Choose a cause"))


class RoleForm(FlaskForm):
    """A role in one of the causes in which the signed-in organizer may give roles.

    Admins may also make admins.
    """

    cause = SelectField(_l("Cause"))
    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])

    def offer(self, causes: Iterable[Cause], lang: str, with_admin: bool) -> Self:
        """Offer these Causes, and the admin role if `with_admin`; return the form."""
        self.cause.choices = [
            NO_CAUSE,
            *(SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes),
        ]
        roles = (*ROLES, ADMIN) if with_admin else ROLES
        self.role.choices = [SelectChoice(role, ROLE_NAMES[role]) for role in roles]
        return self

    def validate_cause(self, field: Field) -> None:
        if not field.data and self.role.data != ADMIN:
            raise ValidationError(_l("Choose a cause."))

    @property
    def cause_id(self) -> int | None:
        """The cause of the role; None for an admin, who is one everywhere."""
        return None if self.role.data == ADMIN else int(self.cause.data)


class InvitationForm(RoleForm):
    email = AddressField(_l("Email"))
    name = StringField(
        _l("Name"), [Length(max=80, message=_l("This is too long. Make it shorter."))]
    )
    lang = SelectField(
        _l("Language of the email"), choices=INTERFACE_CHOICES, default=lambda: g.lang
    )


blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("/")
@allowed("people.see")
def index() -> ResponseReturnValue:
    people = organizers_of(causes_where("people.see"))
    return render_template(
        "organize/people/index.html",
        people=[(person, _visible_grants(person)) for person in people],
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
    try:
        act(
            _role_given(form, on=lambda given: ("organizer", given.organizer_id)),
            invite,
            then=alert_of_new_admin,
            address=form.email.address,
            name=_clean(form.name.data),
            role=form.role.data,
            cause_id=form.cause_id,
            lang=form.lang.data,
            invited_by_id=organizer().id,
            may_bring_back=may("people.remove"),
            now=utcnow(),
        )
    except OrganizerRemoved:
        form.email.errors = [_("An admin removed this person. Ask an admin to invite them again.")]
        return _invitation_page(form, 422)
    flash(
        _("We will email %(email)s a link to join.", email=form.email.address.normalized), "success"
    )
    return redirect(url_for("organize.people.index"), 303)


@blueprint.get("/<int:organizer_id>")
@allowed("people.see")
def show(organizer_id: int) -> ResponseReturnValue:
    return _render_page(_load_visible(organizer_id), _offered(RoleForm(formdata=None)))


@blueprint.post("/<int:organizer_id>/roles")
@allowed("people.change")
@fresh
def give(organizer_id: int) -> ResponseReturnValue:
    """Give another role to an organizer who already has one."""
    person, form = _load_visible(organizer_id), _offered(RoleForm())
    if person.id == organizer().id:
        abort(403)
    if not form.validate():
        return _render_page(person, form, 422)
    name = person.called
    audit_event = _role_given(form, on=("organizer", person.id))
    values = {"organizer_id": person.id, "role": form.role.data, "cause_id": form.cause_id}
    act(audit_event, give_role, then=alert_of_new_admin, now=utcnow(), **values)
    flash(_("We will email %(name)s about the new role.", name=name), "success")
    return redirect(url_for("organize.people.show", organizer_id=organizer_id), 303)


def grant_of(grant_id: int) -> Grant | None:
    return db.session.get(Grant, grant_id)


@blueprint.post("/roles/<int:grant_id>/take")
@allowed("people.change", grant_of)
@fresh
def take(grant: Grant) -> ResponseReturnValue:
    """Remove a role; nobody can remove their own, so that no cause is left alone by mistake."""
    person_id, role = grant.organizer_id, grant.role
    if person_id == organizer().id:
        abort(403)
    try:
        audit_event = AuditEvent(
            "people.take",
            on=("organizer", person_id),
            cause_id=grant.cause_id,
            details={"role": role},
        )
        act(
            audit_event,
            remove_role,
            then=_alert_unless_invited(organizer_by_id(person_id)),
            grant_id=grant.id,
        )
    except LastAdmin:
        flash(_("This is the last admin. Make another one first."), "danger")
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
        _("Two-step verification was reset. They will set it up again at their next sign-in."),
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
        flash(_("This is the last admin. Make another one first."), "danger")
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
    return AuditEvent(
        "people.invite", on=on, cause_id=form.cause_id, details={"role": form.role.data}
    )


def _load_visible(organizer_id: int) -> Organizer:
    """Return the organizer if the signed-in one may see them, else abort with 404."""
    person = organizer_by_id(organizer_id)
    where = causes_where("people.see")
    if (
        person is None
        or person.removed_at is not None
        or (where is not EVERYWHERE and not _visible_grants(person))
    ):
        abort(404)
    return person


def _visible_grants(person: Organizer) -> list[Grant]:
    """Return the grants that the signed-in organizer may see: admins, and those in their causes."""
    where = causes_where("people.see")
    return [
        grant
        for grant in person.grants
        if where is EVERYWHERE or grant.role == ADMIN or grant.cause_id in where
    ]


def _offered(form):
    return form.offer(causes_among(causes_where("people.change")), g.lang, may("people.remove"))


def _clean(name: str | None) -> str:
    try:
        return clean_name(name) if name and name.strip() else ""
    except NameRefused:
        return ""


def _back_to(organizer_id: int) -> ResponseReturnValue:
    person = organizer_by_id(organizer_id)
    still_seen = person.removed_at is None and (
        causes_where("people.see") is EVERYWHERE or _visible_grants(person)
    )
    url = (
        url_for("organize.people.show", organizer_id=organizer_id)
        if still_seen
        else url_for("organize.people.index")
    )
    return redirect(url, 303)


def _role_context() -> dict[str, Any]:
    titles = {cause.id: cause.text(g.lang).title for cause in causes_among(None)}
    return {"role_names": ROLE_NAMES, "role_hints": ROLE_HINTS, "cause_titles": titles}


def _invitation_page(form: InvitationForm, status: int = 200) -> ResponseReturnValue:
    return render_template("organize/people/new.html", form=form, **_role_context()), status


def _render_page(person: Organizer, form: RoleForm, status: int = 200) -> ResponseReturnValue:
    context = {
        "person": person,
        "grants": _visible_grants(person),
        "form": form,
        "is_self": person.id == organizer().id,
    }
    if person.is_invited:
        context["invitation"], context["now"] = last_invitation(person.id), utcnow()
    return render_template("organize/people/show.html", **context, **_role_context()), status
