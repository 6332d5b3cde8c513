"""The first set-up of a site: five steps, where each is edited, and which are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from campaign.extensions import write
from campaign.organisations.identity import identities
from campaign.organisations.readiness import PARTS, missing_parts
from campaign.organize.core.identity import may
from campaign.site.operations import note_setup_step
from campaign.site.queries import load_site

# The parameter of a page's URL that says that it was opened as a step of the set-up.
PARAMETER = "setup"
# The step that creates the organisation, which the others belong to.
FIRST = "identity"
STEPS: Mapping[str, Any] = {
    "identity": _l("Name, texts and links"),
    "look": _l("Colour and logo"),
    "legal": _l("Legal details"),
    "sender": _l("Email sender"),
    "languages": _l("Languages and regions"),
}


@dataclass(frozen=True)
class SetupStep:
    """One step of the set-up. `state` is "open", "done" or "skipped"."""

    name: str
    title: Any
    state: str
    number: int

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def is_done(self) -> bool:
        return self.state == "done"


def setup_steps() -> list[SetupStep]:
    """Return the steps in order, with their current state.

    A step is done once it was saved, and also if what it asks for is there already.
    """
    noted, missing = load_site().setup_steps, missing_parts(identities().host)
    return [
        SetupStep(name, title, _state(name, noted, missing), number)
        for number, (name, title) in enumerate(STEPS.items(), 1)
    ]


def is_setup() -> bool:
    """Return whether this request shows a page as a step of the set-up."""
    return PARAMETER in request.args


def shown_steps() -> list[SetupStep]:
    """Return the steps to show above a form, none if the page was not opened as one of them."""
    return setup_steps() if is_setup() else []


def after_saving(name: str, url: str) -> str:
    """Return the URL to go to after saving a step's form: `url` outside the set-up."""
    if not is_setup():
        return url
    write(note_setup_step, step=name, state="done")
    return next_step_url(name)


def first_page_url() -> str:
    """Return the URL of the first page of the workspace: the set-up until it has begun."""
    has_begun = identities().host.id is not None or load_site().setup_steps
    is_first = may("site.edit") and not has_begun
    return url_for("organize.setup.index" if is_first else "organize.overview.index")


def step_url(name: str) -> str:
    """Return the URL of the page where this step is edited."""
    host = identities().host
    if name == "languages":
        return url_for("organize.site.index", setup=1)
    if host.id is None:
        return url_for("organize.organisations.new", setup=1)
    return url_for(f"organize.organisations.{name}", slug=host.slug, setup=1)


def next_step_url(name: str) -> str:
    """Return the URL of the first open step after this one, or of the list of steps."""
    steps = setup_steps()
    position = next(step.number for step in steps if step.name == name)
    later = (step for step in steps if step.number > position and step.is_open)
    following = next(later, None)
    return step_url(following.name) if following else url_for("organize.setup.index")


def _state(name: str, noted: Mapping[str, str], missing: list[str]) -> str:
    if name in noted:
        return noted[name]
    return "done" if name in PARTS and name not in missing else "open"
