"""The parts of a petition: how each is saved, the guide through all of them, and the picture."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.actions.letters.editing import has_letter_settings
from campaign.actions.letters.models import LETTER
from campaign.organize.core.edit_conflicts import save
from campaign.organize.petitions.routes import audit_event_of, editor_of
from campaign.organize.petitions.versions import review_of, saved
from campaign.petitions.models import Petition
from campaign.petitions.questions import without_prompts

STEPS = {
    "text": _l("Text"),
    "targets": _l("Addressed to"),
    "form": _l("Form"),
    "dates": _l("Dates"),
    "picture": _l("Picture"),
    "ready": _l("Check and publish"),
}
LETTER_STEPS = {
    "text": _l("Page"),
    "letter_text": _l("Letter"),
    "letter_targets": _l("Addressed to"),
    "letter_settings": _l("Sending"),
    **{view: STEPS[view] for view in ("form", "dates", "picture", "ready")},
}


class GuideStep(NamedTuple):
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


def steps_of(petition: Petition) -> list[GuideStep]:
    """Return the GuideSteps to a published petition."""
    return [
        GuideStep(view, label, _address(petition, view), _is_done(petition, view))
        for view, label in _steps(petition).items()
    ]


def _steps(petition: Petition) -> dict[str, Any]:
    return LETTER_STEPS if petition.action_kind == LETTER else STEPS


def step_after(petition: Petition, view: str) -> str:
    """Return the URL of the page after the part `view`."""
    views = list(_steps(petition))
    return _address(petition, views[views.index(view) + 1])


def onward(petition: Petition, view: str) -> BaseResponse:
    """Return the redirect after saving a part: the guide's next step, or the petition's page."""
    goes_on = is_guided() and view in _steps(petition)
    return redirect(
        step_after(petition, view)
        if goes_on
        else url_for("organize.petitions.show", slug=petition.slug),
        303,
    )


def _address(petition: Petition, view: str) -> str:
    return url_for(f"organize.petitions.{view}", slug=petition.slug, guide=1)


def _is_done(petition: Any, view: str) -> bool:
    text = petition.current_version.text(petition.original_lang, petition.original_lang)
    done = {
        "text": text.summary and text.body,
        "targets": petition.targets,
        "picture": petition.picture,
        "letter_text": (text.kind_texts or {}).get("subject"),
        "letter_targets": any(target.profile_id for target in petition.targets),
        "letter_settings": has_letter_settings(petition.id),
    }
    done |= {
        "form": without_prompts(petition.questions) or petition.required_fields,
        "dates": petition.opens_at or petition.closes_at or petition.deliver_on,
    }
    return bool(done.get(view))


def part_page(
    part: str, petition: Petition | Any, form: FlaskForm, status: int = 200, **context: Any
) -> tuple[str, int]:
    """Return the page of a part with the given form. `context` is what only its template shows."""
    return render_template(PAGES[part], petition=petition, form=form, **context), status


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
    here = f"organize.petitions.{part}"
    if versioned and (
        page := review_of(petition, "settings", form.version.data, here, **versioned)
    ):
        return page
    number = petition.current_version.number
    petition = save(
        editor_of(petition, form, form_of, partial(part_page, part)),
        audit_event_of("petitions.edit", petition, part=part),
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
