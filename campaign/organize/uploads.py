"""How much a request may send: files come from organizers who are signed in, and from nobody else."""

from flask import current_app, request

from campaign.organize import identity


def max_bytes_for(app, environ):
    """Return how many bytes the request behind a WSGI `environ` may send, as the server asks before it reads a long body."""
    with app.request_context(environ):
        view = app.view_functions.get(request.endpoint)
        if hasattr(view, "most_bytes"):
            identity.find_session()
        return max_bytes_of_view(view)


def max_bytes_of_view(view):
    """Return how many bytes this request may send to `view`."""
    if hasattr(view, "most_bytes") and identity.organizer():
        return current_app.config.get(view.most_bytes, view.most_bytes)
    return current_app.config["MAX_CONTENT_LENGTH"]
