"""The titles of causes, for lower packages that may not import this one."""

from flask import Flask

from campaign.causes.queries import cause_by_id


def init_app(app: Flask) -> None:
    """Register `title_of` as the extension `cause_title`."""
    app.extensions["cause_title"] = title_of


def title_of(cause_id: int | None, lang: str) -> str:
    """Return the title of a cause in `lang`, or "" if there is no such cause."""
    cause = cause_by_id(cause_id) if cause_id else None
    return cause.text(lang).title if cause else ""
