"""Titles of causes for the packages below."""

from campaign.causes.queries import cause_by_id


def init_app(app):
    app.extensions["cause_title"] = title_of


def title_of(cause_id: int | None, lang: str) -> str:
    """Return the title of a cause in `lang`, or "" where there is no such cause."""
    cause = cause_by_id(cause_id) if cause_id else None
    return cause.text(lang).title if cause else ""
