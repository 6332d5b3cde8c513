"""The base of forms on public pages, whose fields are built once and then copied.

Building them again for each request would take a quarter of its time.
"""

import weakref
from typing import Any, Self

from flask import request
from flask_wtf import FlaskForm


class CachedFields:
    """Mixed into the Meta of a form whose fields differ between requests only by value."""

    def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
        """Return the field of a form, copied from the one that was built first."""
        made = getattr(unbound_field, "made", None)
        if made is None:
            # The Meta of a form that this is mixed into has the method.
            made = unbound_field.made = super().bind_field(form, unbound_field, options)  # type: ignore[misc]
            # The cached field must not keep a reference to any visitor's form.
            made._form = made.meta = None
        field = object.__new__(type(made))
        # With a strong reference, only the garbage collector could free the form, and its runs
        # pause all requests.
        field.__dict__.update(made.__dict__, _form=weakref.proxy(form), meta=self)
        return field


class PublicForm(FlaskForm):
    """A form that visitors send."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token. Cross-site posts are refused by their
        # origin.
        csrf = False

    @classmethod
    def sent(cls) -> Self:
        """Return the form filled from the request's form data. Files and JSON are ignored."""
        return cls(formdata=request.form if request.method == "POST" else None)
