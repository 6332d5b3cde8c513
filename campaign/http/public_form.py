"""The base of forms on public pages."""

from typing import Self

from flask import request
from flask_wtf import FlaskForm

from campaign.http.cached_fields import CachedFields


class PublicForm(FlaskForm):
    """A form that visitors send."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token. Cross-site posts are refused by their
        # origin.
        csrf = False

    @classmethod
    def sent(cls) -> Self:
        """Return the form filled from the request's form data; files and JSON are ignored."""
        return cls(formdata=request.form if request.method == "POST" else None)
