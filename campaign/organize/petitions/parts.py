"""Saving a part of a petition, a page for each: what is the same for all of them."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from campaign.organize.audited_write import act
from campaign.organize.content_fields import caught_up
from campaign.organize.petitions.guide import onward
from campaign.organize.petitions.routes import fact_of
from campaign.organize.petitions.versions import makes_version, review, saved
from campaign.petitions.editing import EditConflict
from campaign.petitions.queries import petition_in_any_state


def part_page(part, petition, form, status=200, conflicting=()):
    """Return the page of a part with its form as it stands."""
    return render_template(
        PAGES[part], petition=petition, form=form, conflicting=conflicting
    ), status


def save_part(part, petition, form, form_of, operation, *, versioned=None, **named):
    """Save what was typed into a part, and go back to the petition; `form_of` makes the form as a petition stands.

    Where somebody else was quicker both states are shown, and the editor saves theirs knowing the other. `versioned` are those
    of the values that belong to a version: once the petition has opened, their editor sees first what becomes a new one.
    """
    if request.form.get("press") == "back":
        return part_page(part, petition, form)
    changes = (
        makes_version(petition, **versioned)
        if versioned and form.revision.data == petition.revision
        else []
    )
    if changes:
        here = url_for(f"organize.petitions.{part}", slug=petition.slug)
        return review(
            petition, here, url_for("organize.petitions.show", slug=petition.slug), changes
        )
    number = petition.current_version.number
    try:
        petition = act(
            fact_of("petitions.edit", petition, part=part),
            operation,
            petition_id=petition.id,
            revision=form.revision.data,
            **(versioned or {}),
            **named,
        )
    except EditConflict:
        petition = petition_in_any_state(petition.slug)
        # A button pressed twice, or two who meant the same, are no conflict.
        if conflicting := caught_up(form, form_of(petition)):
            return part_page(part, petition, form, 409, conflicting)
    flash(saved(number, petition) if versioned else _("Saved."), "sure")
    return onward(petition, part)


PAGES = {
    "targets": "organize/petitions/targets.html",
    "dates": "organize/petitions/dates.html",
    "address": "organize/petitions/address.html",
    "form": "organize/petitions/form.html",
}
