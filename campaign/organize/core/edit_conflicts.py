"""Edit conflicts in the workspace: what was typed stays on the page, beside what was saved since.

A form posts the `version` that it showed. Its view saves with `save`. For conflicts of all views,
`answer_conflict` makes the response.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from campaign.errors import EditConflict
from campaign.organize.auth.unsaved_forms import page_of_form, sent_fields, sentences_in
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import differences


class Editor(NamedTuple):
    """A form as it was sent, and how to show it again.

    `load` returns the present row, or None if it is gone. `form_of` makes the form that shows a
    row. `page` returns the page of a row with a form.
    """

    form: FlaskForm
    load: Callable[[], Any]
    form_of: Callable[[Any], FlaskForm]
    page: Callable[[Any, FlaskForm], ResponseReturnValue]


class Conflict(NamedTuple):
    """What templates show about a conflict.

    `differences` are (label, saved text, entered text). `leave` is the URL of the page without what
    was typed.
    """

    differences: Sequence[tuple[str, str, str]]
    leave: str


def save(
    editor: Editor, audit_event: AuditEvent, operation: Callable[..., Any], /, **named: Any
) -> Any:
    """Run an operation with `act` and the version that the form showed, and return its result.

    If someone else has saved the same, as when a button is pressed twice, return the present row.
    Raise EditConflict otherwise. `answer_conflict` then shows the form again, based on the present
    version.
    """
    form = editor.form
    try:
        return act(audit_event, operation, version=form.version.data, **named)
    except EditConflict:
        present = editor.load()
        if present is None:
            raise
        saved = editor.form_of(present)
        changed = differences(form, saved)
        if not changed:
            return present
        form.version.data = saved.version.data
        g.conflict = Conflict(changed, page_of_form())
        g.conflict_page = lambda: editor.page(present, form)
        raise


def answer_conflict(_error: EditConflict) -> Response:
    """Show the page of the form again, or a page with what was sent if it has none."""
    if request.accept_mimetypes.best == "application/json":
        page = jsonify(conflict=True)
    elif "conflict_page" in g:
        page = make_response(g.conflict_page())
    else:
        page = make_response(
            render_template(
                "organize/conflict.html",
                leave=page_of_form(),
                sentences=sentences_in(sent_fields()),
            )
        )
    page.status_code = 409
    return page
