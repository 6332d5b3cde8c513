"""The entry points for the production server and the `flask` command."""

import gc

# What is imported lives as long as the process. Collecting garbage while it loads takes a
# quarter of the time in which a command starts.
gc.disable()

import signal
from functools import partial
from typing import Any

import config
from campaign import create_app
from campaign.organize.core.access import max_bytes_for
from campaign.process.children import exit_with_parent, name_process
from campaign.process.cpu_affinity import pin_to_cpu
from campaign.process.logs import start_logging
from campaign.server.bridge import WsgiBridge
from campaign.surge.monitor import SurgeMonitor

gc.freeze()
gc.enable()


def serving() -> WsgiBridge:
    """Return the application for one process of the production server.

    The process ends when the server does.
    """
    exit_with_parent()
    name_process("web")
    # Until this process accepts connections, being asked to stop ends it at once. It has inherited
    # the server's own handler, which would ignore that.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    start_logging(config.log_format())
    app = create_app({"SERVING": True})
    app.extensions["process_metrics"].start("web")
    spare_the_collector()
    pin_to_cpu()
    bridge = WsgiBridge(
        app,
        app.config["MAX_CONTENT_LENGTH"],
        partial(max_bytes_for, app),
        app.extensions.get("fast_path"),
    )
    SurgeMonitor(app, partial(bridge.queue_seconds, app.config["WEB_THREADS"])).start()
    return bridge


def spare_the_collector() -> None:
    """Make Python's garbage collector run less often and skip objects that live forever.

    It took an eighth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def __getattr__(name: str) -> Any:
    # Create `app` on demand, so that a server process does not create a second one.
    if name == "app":
        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)
