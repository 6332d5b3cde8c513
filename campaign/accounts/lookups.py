"""What account emails need from the application and from upper packages."""

from typing import Any, cast

from flask import current_app

from campaign.http.urls import with_host


def workspace_url(endpoint: str, **values: Any) -> str:
    """Return an absolute URL.

    The worker composes emails, so no request tells it the site's address.
    """
    path = current_app.url_map.bind("").build(endpoint, values)
    return with_host(path)


def cause_title(cause_id: int | None, lang: str) -> str:
    """Return the title of a cause in `lang`, or "" for None.

    Causes are a layer above this one, so they register the function.
    """
    return cast(str, current_app.extensions["cause_title"](cause_id, lang))


def host_identity(lang: str) -> Any:
    """Return the EmailIdentity of the organisation that the site belongs to.

    Organisations are a layer above this one, so they register the function.
    """
    return current_app.extensions["email_identity"](None, lang)


def organisation_name(organisation_id: int | None, lang: str) -> str:
    """Return the name of an organisation in `lang`, or "" for None, as `cause_title` does."""
    return cast(str, current_app.extensions["organisation_name"](organisation_id, lang))
