"""The response when too many passwords are being checked or were tried.

It says when to try again, and keeps what the user entered.
"""

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.accounts.passwords import RETRY_AFTER_SECONDS


def busy_sentence() -> str:
    return _("Many people are signing in right now. Please try again in a few seconds.")


def later(answer: ResponseReturnValue, seconds: int = RETRY_AFTER_SECONDS) -> Response:
    """Return a view's response with a Retry-After header of `seconds`."""
    response = make_response(answer)
    response.headers["Retry-After"] = str(seconds)
    return response
