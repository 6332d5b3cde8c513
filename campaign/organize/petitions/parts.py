"""Save one part of a petition: the code shared by the pages of all parts."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.petitions.guide import onward
from campaign.organize.petitions.routes import fact_of
from campaign.organize.petitions.versions import makes_version, review, saved
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state


def part_page(
    part: str, petition: Petition | Any, form: FlaskForm, status: int = 200
) -> tuple[str, int]:
    """Return the page of a part with the given form."""
    return render_template(PAGES[part], petition=petition, form=form), status


def save_part(
    part: str,
    petition: Any,
    form: FlaskForm,
    form_of: Callable[..., FlaskForm],
    operation: Callable[..., Petition],
    *,
    versioned: dict[str, Any] | None = None,
    **named: Any,
) -> ResponseReturnValue:
    """Save a part, and redirect to the petition or the guide's next step.

    `form_of` makes the form of a petition's saved state. Raise EditConflict.

    `versioned` holds the values that belong to a version. Once the petition has opened, the editor
    first sees what will become a new version.
    """
    if request.form.get("press") == "back":
        return part_page(part, petition, form)
    changes = (
        makes_version(petition, **versioned)
        if versioned and form.version.data == petition.version_of("settings")
        else []
    )
    if changes:
        here = url_for(f"organize.petitions.{part}", slug=petition.slug)
        return review(
            petition, here, url_for("organize.petitions.show", slug=petition.slug), changes
        )
    number = petition.current_version.number
    petition = save(
        Editor(
            form, partial(petition_in_any_state, petition.slug), form_of, partial(part_page, part)
        ),
        fact_of("petitions.edit", petition, part=part),
        operation,
        petition_id=petition.id,
        **(versioned or {}),
        **named,
    )
    flash(saved(number, petition) if versioned else _("Saved."), "success")
    return onward(petition, part)


PAGES = {
    "targets": "organize/petitions/targets.html",
    "dates": "organize/petitions/dates.html",
    "address": "organize/petitions/address.html",
    "form": "organize/petitions/form.html",
}
