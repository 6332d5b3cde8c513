"""Load what every page reads before the request holds a connection to the database."""

from flask import Flask, request

from campaign.organisations.identity import identities
from campaign.site.settings import site_settings
from campaign.switches.state import refresh_switches

# Views for monitoring: they answer in time even while the database hangs.
FOR_MONITORING = ("web.healthz", "web.readyz", "metrics.show")


def init_app(app: Flask) -> None:
    app.before_request(load_cached)


def load_cached() -> None:
    """Renew the cached values that have expired.

    They are read on a separate connection. Later, a request could hold two connections, and all
    requests together could wait for each other forever.
    """
    if request.endpoint not in FOR_MONITORING:
        site_settings()
        identities()
        refresh_switches()
