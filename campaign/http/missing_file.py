"""The response for a picture or calendar file that does not exist."""

from typing import NoReturn

from flask import Response, abort


def abort_missing_file() -> NoReturn:
    """Abort with a plain 404.

    The error handler of pages would first look for a renamed or translated page to redirect to.
    """
    abort(Response("", 404, content_type="text/plain"))
