"""Find accessibility barriers with axe.

`make test` inspects each kind of page once, `make test-slow` at each width, by day and by night.
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


# Whether each kind of page is inspected in each of its looks.
is_thorough = True


def inspect(page, kind, look=None):
    """Fail when `page` has a barrier; a `kind` of page in this `look` is inspected only once."""
    if not _is_first((kind, look) if is_thorough else kind):
        return
    page.evaluate(ARRIVE)
    found = axe.run(page).response["violations"]
    assert not found, "\n".join(_told(violation) for violation in found)


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
