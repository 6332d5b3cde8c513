"""Request size limits: only signed-in organizers may upload files."""

from typing import Any

from flask import current_app, request

from campaign.organize import identity


def max_bytes_for(app: Any, environ: dict[str, Any]) -> int:
    """Return how many bytes the request behind a WSGI `environ` may send.

    The server calls this before it reads a long body.
    """
    with app.request_context(environ):
        view = app.view_functions.get(request.endpoint)
        if hasattr(view, "most_bytes"):
            identity.find_session()
        return max_bytes_of_view(view)


def max_bytes_of_view(view: Any) -> int:
    """Return how many bytes this request may send to `view`."""
    if hasattr(view, "most_bytes") and identity.organizer():
        return current_app.config.get(view.most_bytes, view.most_bytes)
    return current_app.config["MAX_CONTENT_LENGTH"]
