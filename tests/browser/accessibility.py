"""Find accessibility barriers with axe.

Each kind of page is checked once against all rules. `make test-slow` also checks its colours by day
and by night, and its layout at each width. The other rules are about the document, which stays the
same.
"""

import atexit
import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

axe = Axe()
# All processes of a run share this folder. It holds a file for each kind that has been inspected.
LOOKED_AT = Path(
    tempfile.gettempdir(),
    f"volante-barriers-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}",
)
atexit.register(shutil.rmtree, LOOKED_AT, ignore_errors=True)
# Colours in transition between day and night are not judged, only the final ones.
ARRIVE = """() => document.getAnimations()
    .filter((animation) => animation instanceof CSSTransition)
    .forEach((transition) => transition.finish())"""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
LAYOUT_RULES = ["target-size", "scrollable-region-focusable"]

# Whether each kind of page is inspected in each of its looks.
is_thorough = True


def inspect(page, kind, *, width=None, scheme="light"):
    """Fail when `page` has a barrier. A `kind` of page is inspected only once in each look."""
    rules = _rules(kind, width, scheme)
    if rules == []:
        return
    page.evaluate(ARRIVE)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = axe.run(page, options=options).response["violations"]
    assert not found, "\n".join(_told(violation) for violation in found)


def _rules(kind, width, scheme):
    """Return the rules that this kind of page has not been checked against in this look.

    None means all rules.
    """
    if not is_thorough:
        return None if _is_first(kind) else []
    new_colours, new_layout = _is_first((kind, scheme)), _is_first((kind, width))
    if _is_first(kind):
        return None
    return [*(COLOUR_RULES if new_colours else ()), *(LAYOUT_RULES if new_layout else ())]


def _is_first(kind):
    """Return whether no process of this run has inspected this kind of page."""
    LOOKED_AT.mkdir(exist_ok=True)
    try:
        (LOOKED_AT / sha256(repr(kind).encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _told(violation):
    places = "; ".join(f"{node['target']} {node['html'][:120]}" for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
