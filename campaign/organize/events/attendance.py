"""Download the list of an event's registrations as a table for a spreadsheet."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from campaign.events.models import Event, Registration
from campaign.events.registration_search import find, numbers_of
from campaign.organize.access import allowed, fresh
from campaign.organize.audited_write import note
from campaign.organize.events.registration_forms import AttendanceForm
from campaign.organize.events.routes import blueprint, fact_of, load_event
from campaign.organize.statistics.tables import as_csv
from campaign.petitions.presenters import in_language

HEADING = ("name", "email", "seats", "state", "came_at", "registered_at", "language", "code")


@blueprint.get("/<slug>/registrations/export")
@allowed("registrations.export", load_event)
@fresh
def attendance(event: Event) -> ResponseReturnValue:
    return _page(event, AttendanceForm(formdata=None))


@blueprint.post("/<slug>/registrations/export")
@allowed("registrations.export", load_event)
@fresh
def take_along(event: Event) -> ResponseReturnValue:
    form = AttendanceForm()
    if not form.validate():
        return _page(event, form, 422)
    state = "" if form.who.data == "all" else form.who.data
    rows = find(event.id, state=state)
    note(
        fact_of("registrations.export", event, who=form.who.data, rows=len(rows))._replace(
            reason=form.reason.data
        )
    )
    return as_csv(f"{event.slug}-{form.who.data}.csv", _lines(event, rows))


def _lines(event: Event, rows: Iterable[Registration]) -> Iterator[tuple[Any, ...]]:
    """Yield the header row, with a column per question, and a row per registration."""
    yield (*HEADING, *(in_language(question, g.lang)["label"] for question in event.questions))
    for row in rows:
        instants = (
            moment.isoformat(timespec="seconds") if moment else ""
            for moment in (row.checked_in_at, row.created_at)
        )
        facts = (row.name, row.email, row.seats, row.state, *instants, row.lang, row.code)
        yield (*facts, *(_said(row.answers.get(question["name"])) for question in event.questions))


def _said(answer: Any) -> str:
    if answer is True or answer is False:
        return "yes" if answer else "no"
    return answer or ""


def _page(event: Event, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    words = {"title": event.text(g.lang).title, "form": form, "numbers": numbers_of(event)}
    return render_template("organize/events/attendance.html", event=event, **words), status
