"""Organisations: list, create, edit each part, send a test email."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.mail.composition import mail_from
from campaign.mail.domains.checks import check_domain
from campaign.mail.domains.senders import sender_domains
from campaign.mail.queries import waiting_since
from campaign.organisations.colours import (
    DAY_BACKGROUND,
    NIGHT_BACKGROUND,
    Accent,
    day_accent,
    nearest_readable,
    night_accent,
    parse_colour,
)
from campaign.organisations.identity import identities
from campaign.organisations.models import Organisation
from campaign.organisations.operations import change_organisation, create_organisation, remove_image
from campaign.organisations.queries import (
    organisation_by_id,
    organisation_by_slug,
    organisations_among,
)
from campaign.organisations.sender_test import MAX_WAIT, last_test, send_test
from campaign.organize.core.access import accepts_bytes, allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.email_tests import send_test_email
from campaign.organize.core.fields import sent_version
from campaign.organize.core.identity import organisations_where
from campaign.organize.core.scope import load_organisation, organisation_name
from campaign.organize.organisations.forms import (
    IdentityForm,
    LegalForm,
    LookForm,
    SenderForm,
)
from campaign.organize.setup.steps import after_saving, is_setup, shown_steps
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import MAX_BYTES
from campaign.publishing.slug_history import SlugTaken

# The form sends both images, and its text fields.
MAX_UPLOAD_BYTES = 2 * MAX_BYTES + 256 * 1024
SLUG_TAKEN = _l("Another organization uses, or used, this web address. Choose another.")
blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")


@dataclass(frozen=True)
class OrganisationPart:
    """A part of an organisation: its form, its page, and how its page is titled."""

    form: Any
    template: str
    label: Any


@dataclass(frozen=True)
class AccentSample:
    """How text and a button look in the accent colour on one background."""

    label: str
    background: str
    accent: Accent


PARTS = {
    "identity": OrganisationPart(
        IdentityForm, "organize/organisations/identity.html", _l("Name, texts and links")
    ),
    "look": OrganisationPart(LookForm, "organize/organisations/look.html", _l("Colour and logo")),
    "legal": OrganisationPart(LegalForm, "organize/organisations/legal.html", _l("Legal details")),
    "sender": OrganisationPart(
        SenderForm, "organize/organisations/sender.html", _l("Email sender")
    ),
}


@blueprint.get("/")
@allowed("organisations.see")
def index() -> ResponseReturnValue:
    """List the organisations. Organizers of only one see its page instead."""
    organisations = organisations_among(organisations_where("organisations.see"))
    if len(organisations) == 1:
        return _overview_page(organisations[0])
    return render_template("organize/organisations/index.html", organisations=organisations)


@blueprint.get("/new")
@allowed("organisations.create")
def new() -> ResponseReturnValue:
    return _part_page("identity", None, IdentityForm.class_for(None)(formdata=None))


@blueprint.post("/new")
@allowed("organisations.create")
def create() -> ResponseReturnValue:
    form = IdentityForm.class_for(None)()
    if not form.validate():
        return _part_page("identity", None, form, 422)
    slug = form.new_slug()
    try:
        act(
            AuditEvent("organisations.create", on=lambda made: ("organisation", made.id)),
            create_organisation,
            slug=slug,
            texts=form.texts(),
            **form.columns(),
        )
    except SlugTaken:
        existing = organisation_by_slug(slug)
        # A button pressed twice makes one organisation.
        if existing is None or form.texts() != _texts_of(existing):
            form.slug.errors = [SLUG_TAKEN]
            return _part_page("identity", None, form, 422)
    flash(_("Saved."), "success")
    shown = url_for("organize.organisations.show", slug=slug)
    return redirect(after_saving("identity", shown), 303)


@blueprint.get("/<slug>")
@allowed("organisations.see", load_organisation)
def show(organisation: Organisation) -> ResponseReturnValue:
    return _overview_page(organisation)


@blueprint.get("/<slug>/identity")
@allowed("organisations.edit", load_organisation)
def identity(organisation: Organisation) -> ResponseReturnValue:
    return _edit("identity", organisation)


@blueprint.post("/<slug>/identity")
@allowed("organisations.edit", load_organisation)
def save_identity(organisation: Organisation) -> ResponseReturnValue:
    return _save("identity", organisation)


@blueprint.get("/<slug>/look")
@allowed("organisations.edit", load_organisation)
def look(organisation: Organisation) -> ResponseReturnValue:
    return _edit("look", organisation)


@blueprint.post("/<slug>/look")
@accepts_bytes(MAX_UPLOAD_BYTES)
@allowed("organisations.edit", load_organisation)
def save_look(organisation: Organisation) -> ResponseReturnValue:
    return _save("look", organisation)


@blueprint.post("/<slug>/look/<purpose>/remove")
@allowed("organisations.edit", load_organisation)
def drop_image(organisation: Organisation, purpose: str) -> ResponseReturnValue:
    """Remove the logo or the mark, if it is the one that the editor saw."""
    act(
        _audit_event("look", organisation),
        remove_image,
        organisation_id=organisation.id,
        purpose=purpose,
        version=sent_version(),
    )
    flash(_("Picture removed."), "success")
    return redirect(url_for("organize.organisations.look", slug=organisation.slug), 303)


@blueprint.get("/<slug>/legal")
@allowed("organisations.edit", load_organisation)
def legal(organisation: Organisation) -> ResponseReturnValue:
    return _edit("legal", organisation)


@blueprint.post("/<slug>/legal")
@allowed("organisations.edit", load_organisation)
def save_legal(organisation: Organisation) -> ResponseReturnValue:
    return _save("legal", organisation)


@blueprint.get("/<slug>/sender")
@allowed("organisations.edit", load_organisation)
def sender(organisation: Organisation) -> ResponseReturnValue:
    return _edit("sender", organisation)


@blueprint.post("/<slug>/sender")
@allowed("organisations.edit", load_organisation)
def save_sender(organisation: Organisation) -> ResponseReturnValue:
    return _save("sender", organisation)


@blueprint.post("/<slug>/sender/test")
@allowed("organisations.edit", load_organisation)
def test(organisation: Organisation) -> ResponseReturnValue:
    """Send an email with the saved sender to this organizer."""
    send_test_email(send_test, organisation_id=organisation.id, lang=g.lang)
    return redirect(
        url_for(
            "organize.organisations.sender", slug=organisation.slug, setup=1 if is_setup() else None
        ),
        303,
    )


def _edit(part: str, organisation: Organisation) -> ResponseReturnValue:
    return _part_page(part, organisation, PARTS[part].form.of(organisation))


def _save(part: str, organisation: Organisation) -> ResponseReturnValue:
    form = PARTS[part].form.class_for(organisation)()
    if not form.validate():
        return _part_page(part, organisation, form, 422)
    if request.form.get("press") == "try":
        return _part_page(part, organisation, form)
    try:
        saved = save(
            Editor(
                form,
                partial(organisation_by_id, organisation.id),
                PARTS[part].form.of,
                partial(_part_page, part),
            ),
            _audit_event(part, organisation),
            change_organisation,
            organisation_id=organisation.id,
            part=part,
            **form.changes(),
        )
    except SlugTaken:
        form.slug.errors = [SLUG_TAKEN]
        return _part_page(part, organisation, form, 422)
    flash(_("Saved."), "success")
    shown = url_for("organize.organisations.show", slug=saved.slug)
    return redirect(after_saving(part, shown), 303)


def _audit_event(part: str, organisation: Organisation) -> AuditEvent:
    return AuditEvent(
        "organisations.edit", on=("organisation", organisation.id), details={"part": part}
    )


def accent_samples(colour: str | None) -> list[AccentSample]:
    """Return samples by day and by night of a colour, or of the nearest one that can be read."""
    parsed = parse_colour(colour or "")
    if parsed is None:
        return []
    readable = nearest_readable(parsed)
    return [
        AccentSample(_("In light mode"), DAY_BACKGROUND, day_accent(readable)),
        AccentSample(_("In dark mode"), NIGHT_BACKGROUND, night_accent(readable)),
    ]


def _part_page(
    part: str, organisation: Organisation | None, form: Any, status: int = 200
) -> tuple[str, int]:
    domain, now = _domain_to_check(part, organisation), utcnow()
    return render_template(
        PARTS[part].template,
        organisation=organisation,
        name=organisation_name(organisation) if organisation else "",
        form=form,
        heading=PARTS[part].label,
        samples=accent_samples(form.accent.data) if part == "look" else [],
        sender_domains=sender_domains(current_app.config),
        site_sender=mail_from(current_app.config).addr_spec,
        steps=shown_steps(),
        checked_domain=domain,
        checks=check_domain(domain) if domain else (),
        last_test=last_test(organisation.id, now) if part == "sender" and organisation else None,
        late_since=waiting_since(now - MAX_WAIT) if part == "sender" else None,
    ), status


def _domain_to_check(part: str, organisation: Organisation | None) -> str:
    """Return the domain that emails come from, if the page was asked to check its DNS records."""
    if part != "sender" or organisation is None or "check" not in request.args:
        return ""
    address = organisation.sender_address or mail_from(current_app.config).addr_spec
    return address.rpartition("@")[2]


def _overview_page(organisation: Organisation) -> str:
    return render_template(
        "organize/organisations/show.html",
        organisation=organisation,
        name=organisation_name(organisation),
        parts=PARTS,
        named_in={text.lang for text in organisation.texts if text.name},
        site_sender=mail_from(current_app.config).addr_spec,
        is_among_several=identities().are_several,
        public_page=url_for("causes.index")
        if organisation.is_host
        else url_for("organisations.show", slug=organisation.slug),
    )


def _texts_of(organisation: Organisation) -> dict[str, dict[str, str]]:
    return {
        text.lang: {part: getattr(text, part) for part in IdentityForm.parts}
        for text in organisation.texts
    }
