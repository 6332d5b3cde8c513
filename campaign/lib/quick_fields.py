"""Form fields that are made once and then copied: making them anew would be a quarter of the work of a request."""


class QuickFields:
    """Mixed into the Meta of a form whose fields are the same at each request but for what was typed."""

    def bind_field(self, form, unbound_field, options):
        made = getattr(unbound_field, "made", None)
        if made is None:
            made = unbound_field.made = super().bind_field(form, unbound_field, options)
            # What is kept belongs to no visitor.
            made._form = made.meta = None
        field = object.__new__(type(made))
        field.__dict__.update(made.__dict__, _form=form, meta=self)
        return field
