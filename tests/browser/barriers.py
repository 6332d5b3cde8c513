"""Barriers that axe finds in a page, each kind of page looked at once in a run."""

import atexit
import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

axe = Axe()
# A folder that all processes of one run share: it holds a file for each kind that has been looked at.
LOOKED_AT = Path(
    tempfile.gettempdir(),
    f"volante-barriers-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}",
)
atexit.register(shutil.rmtree, LOOKED_AT, ignore_errors=True)
# Colours on their way from day to night are nobody's to judge; where they arrive is.
ARRIVE = """() => document.getAnimations()
    .filter((animation) => animation instanceof CSSTransition)
    .forEach((transition) => transition.finish())"""


def inspect(page, kind):
    """Fail when `page` holds a barrier; a second page of the same `kind` is taken to be the same."""
    if not _is_first(kind):
        return
    page.evaluate(ARRIVE)
    found = axe.run(page).response["violations"]
    assert not found, "\n".join(_told(violation) for violation in found)


def _is_first(kind):
    """Return whether no process of this run has looked at this kind of page."""
    LOOKED_AT.mkdir(exist_ok=True)
    try:
        (LOOKED_AT / sha256(repr(kind).encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _told(violation):
    places = "; ".join(f"{node['target']} {node['html'][:120]}" for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
