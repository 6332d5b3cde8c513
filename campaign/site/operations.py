"""Change the settings of the site, and note how far its set-up is."""

from typing import Any

from campaign.db.upsert import insert
from campaign.db.versioned import check_version
from campaign.extensions import db, load_for_update
from campaign.process.clock import utcnow
from campaign.site.models import SITE_ID, Site
from campaign.site.settings import DEFAULTS, forget_site_settings

STEP_STATES = ("done", "skipped")


def change_site(*, settings: dict[str, Any], version: int | None = None) -> Site:
    """Save these settings. Those that `settings` leaves out stay as they are.

    `version` is that of the row that the form showed, None without a form. Raise EditConflict, and
    KeyError for a name that is no setting.
    """
    for name in settings:
        DEFAULTS[name]
    site = _load_site()
    check_version(site, version)
    site.settings = {**site.settings, **settings}
    return _changed(site)


def note_setup_step(*, step: str, state: str) -> Site:
    """Note that a step of the set-up is "done" or "skipped"."""
    if state not in STEP_STATES:
        raise ValueError(f"no state of a step: {state!r}")
    site = _load_site()
    site.setup_steps = {**site.setup_steps, step: state}
    return _changed(site)


def _load_site() -> Site:
    row = {"id": SITE_ID, "settings": {}, "setup_steps": {}, "changed_at": utcnow()}
    # Two people may save the first change at the same time.
    db.session.execute(insert(Site).values(row).on_conflict_do_nothing())
    return load_for_update(Site, SITE_ID)


def _changed(site: Site) -> Site:
    site.changed_at = utcnow()
    db.session.flush()
    forget_site_settings()
    return site
