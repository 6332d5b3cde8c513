"""The way from a title to a published petition: one page after the other, each of which can be left out and come back to.

The pages are those of the parts. They know by the field `guide` that somebody goes through them in turn.
"""

from typing import NamedTuple

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _l

STEPS = {
    "letter": _l("Text"),
    "targets": _l("Addressed to"),
    "form": _l("Form"),
    "dates": _l("Dates"),
    "picture": _l("Picture"),
    "ready": _l("Check and publish"),
}


class Step(NamedTuple):
    """A page of the way: what it is called, where it is, and whether anything was entered there."""

    view: str
    label: str
    address: str
    is_done: bool


def init_app(app):
    app.add_template_global(is_guided)
    app.add_template_global(steps_of, "guide_steps")
    app.add_template_global(step_after, "guide_after")


def is_guided():
    """Return whether who asks goes through the pages in turn."""
    return request.values.get("guide") == "1"


def steps_of(petition):
    """Return the Steps to a published petition."""
    return [
        Step(view, label, _address(petition, view), _is_done(petition, view))
        for view, label in STEPS.items()
    ]


def step_after(petition, view):
    """Return the address of the page behind that of the part `view`."""
    views = list(STEPS)
    return _address(petition, views[views.index(view) + 1])


def onward(petition, view):
    """Return the redirect after a part was saved: to the next step or, outside of the way, to the petition's page."""
    leads_on = is_guided() and view in STEPS
    return redirect(
        step_after(petition, view)
        if leads_on
        else url_for("organize.petitions.show", slug=petition.slug),
        303,
    )


def _address(petition, view):
    return url_for(f"organize.petitions.{view}", slug=petition.slug, guide=1)


def _is_done(petition, view):
    text = petition.current_version.text(petition.original_lang, petition.original_lang)
    done = {
        "letter": text.summary and text.body,
        "targets": petition.targets,
        "picture": petition.picture,
    }
    done |= {
        "form": petition.questions or petition.required_fields,
        "dates": petition.opens_at or petition.closes_at or petition.deliver_on,
    }
    return bool(done.get(view))
