"""Barriers that axe finds in a page, each kind of page looked at once in a run."""

from axe_playwright_python.sync_playwright import Axe

axe = Axe()
looked_at = set()
# Colours on their way from day to night are nobody's to judge; where they arrive is.
ARRIVE = """() => document.getAnimations()
    .filter((animation) => animation instanceof CSSTransition)
    .forEach((transition) => transition.finish())"""


def inspect(page, kind):
    """Fail when `page` holds a barrier; a second page of the same `kind` is taken to be the same."""
    if kind in looked_at:
        return
    looked_at.add(kind)
    page.evaluate(ARRIVE)
    found = axe.run(page).response["violations"]
    assert not found, "\n".join(_told(violation) for violation in found)


def _told(violation):
    places = "; ".join(f"{node['target']} {node['html'][:120]}" for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
