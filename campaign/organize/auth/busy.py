"""The answer where too many passwords are being checked, or too many were tried: what was typed stays, and it says when to try again."""

from flask import make_response
from flask_babel import gettext as _

from campaign.accounts.passwords import RETRY_AFTER_SECONDS


def busy_sentence() -> str:
    return _("Many people are signing in right now. Please try again in a few seconds.")


def later(answer, seconds: int = RETRY_AFTER_SECONDS):
    """Return the answer of a view with the header that says after how many seconds to try again."""
    response = make_response(answer)
    response.headers["Retry-After"] = str(seconds)
    return response
