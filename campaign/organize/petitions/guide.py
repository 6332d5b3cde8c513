"""The guide from a title to a published petition, one page after the other; each can be skipped.

The guide uses the pages of the parts. The form field `guide` tells them that the user is in the
guide.
"""

from typing import Any, NamedTuple

from flask import Flask, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from campaign.petitions.models import Petition

STEPS = {
    "letter": _l("Text"),
    "targets": _l("Addressed to"),
    "form": _l("Form"),
    "dates": _l("Dates"),
    "picture": _l("Picture"),
    "ready": _l("Check and publish"),
}


class Step(NamedTuple):
    """A page of the guide: its label, its URL, and whether anything was entered there."""

    view: str
    label: str
    address: str
    is_done: bool


def init_app(app: Flask) -> None:
    app.add_template_global(is_guided)
    app.add_template_global(steps_of, "guide_steps")
    app.add_template_global(step_after, "guide_after")


def is_guided() -> bool:
    """Return whether the request belongs to the guide."""
    return request.values.get("guide") == "1"


def steps_of(petition: Petition) -> list[Step]:
    """Return the Steps to a published petition."""
    return [
        Step(view, label, _address(petition, view), _is_done(petition, view))
        for view, label in STEPS.items()
    ]


def step_after(petition: Petition, view: str) -> str:
    """Return the URL of the page after the part `view`."""
    views = list(STEPS)
    return _address(petition, views[views.index(view) + 1])


def onward(petition: Petition, view: str) -> BaseResponse:
    """Return the redirect after saving a part: the guide's next step, or the petition's page."""
    leads_on = is_guided() and view in STEPS
    return redirect(
        step_after(petition, view)
        if leads_on
        else url_for("organize.petitions.show", slug=petition.slug),
        303,
    )


def _address(petition: Petition, view: str) -> str:
    return url_for(f"organize.petitions.{view}", slug=petition.slug, guide=1)


def _is_done(petition: Any, view: str) -> bool:
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
