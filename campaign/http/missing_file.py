"""The answer where a picture or a calendar is not there."""

from flask import Response, abort


def abort_missing_file():
    """Answer 404 outright: the page for people would be looked for in their language first."""
    abort(Response("", 404, content_type="text/plain"))
