"""The application as a worker process has it."""

from typing import Any

from flask import Flask

import wsgi  # noqa: F401 (the collector then skips what is imported, as in every process of a site)
from bench.sites import SECRET
from campaign import create_app


def create_worker_app(url: str, folder: str, **settings: Any) -> Flask:
    """Return the application of a worker on the database `url`, with `folder` as VAR_DIR."""
    return create_app(
        {"SECRET_KEY": SECRET, "VAR_DIR": folder, "SQLALCHEMY_DATABASE_URI": url, **settings}
    )
