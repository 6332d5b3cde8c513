"""What the emails of accounts ask the application: addresses of the workspace, and the titles of causes."""

from flask import current_app


def workspace_address(endpoint: str, **values) -> str:
    """Return a whole address; emails are composed by the worker, where no request tells the site's own."""
    return current_app.config["PUBLIC_URL"] + current_app.url_map.bind("").build(endpoint, values)


def cause_title(cause_id: int | None, lang: str) -> str:
    """Return the title of a cause in `lang`, or "" for none; causes are a layer above, and register the function."""
    return current_app.extensions["cause_title"](cause_id, lang)
