"""Show the steps of the set-up, and skip one."""

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from campaign.organisations.operations import ensure_host
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.setup.steps import FIRST, STEPS, next_step_url, setup_steps, step_url
from campaign.site.models import Site
from campaign.site.operations import note_setup_step

blueprint = Blueprint("setup", __name__, url_prefix="/setup")


@blueprint.get("/")
@allowed("site.edit")
def index() -> ResponseReturnValue:
    """Show the steps, and what comes after them. Skipped steps come after those that are open."""
    steps = setup_steps()
    left = sorted((step for step in steps if not step.is_done), key=lambda step: not step.is_open)
    following = next(iter(left), None)
    return render_template("organize/setup/index.html", steps=steps, following=following)


@blueprint.get("/<name>")
@allowed("site.edit")
def step(name: str) -> ResponseReturnValue:
    return redirect(step_url(_known(name)), 303)


@blueprint.post("/<name>/skip")
@allowed("site.edit")
def skip(name: str) -> ResponseReturnValue:
    """Leave a step for later, and continue with the next."""
    event = AuditEvent("site.setup", details={"step": _known(name), "state": "skipped"})
    act(event, _skip, name=name)
    return redirect(next_step_url(name), 303)


def _skip(*, name: str) -> Site:
    if name == FIRST:
        # The other steps edit an organisation, so there must be one.
        ensure_host()
    return note_setup_step(step=name, state="skipped")


def _known(name: str) -> str:
    return name if name in STEPS else abort(404)
