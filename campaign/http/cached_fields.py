"""Form fields that are made once and then copied: making them anew would be a quarter of the work of a request."""

import weakref


class CachedFields:
    """Mixed into the Meta of a form whose fields are the same at each request but for what was typed."""

    def bind_field(self, form, unbound_field, options):
        made = getattr(unbound_field, "made", None)
        if made is None:
            made = unbound_field.made = super().bind_field(form, unbound_field, options)
            # What is kept belongs to no visitor.
            made._form = made.meta = None
        field = object.__new__(type(made))
        # A form that its own fields held would be freed by Python's collector alone, whose rounds are pauses for everybody.
        field.__dict__.update(made.__dict__, _form=weakref.proxy(form), meta=self)
        return field
