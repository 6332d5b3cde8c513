"""What the server and the `flask` command load."""

from campaign import create_app
from campaign.lib.logs import start_logging
from campaign.lib.orphans import end_with_parent


def serving():
    """Return the application for one process of the production server, which ends when the server does."""
    end_with_parent()
    start_logging()
    return create_app({"SERVING": True})


def __getattr__(name):
    # Made on demand, so that a server process does not make a second application beside its own.
    if name == "app":
        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)
