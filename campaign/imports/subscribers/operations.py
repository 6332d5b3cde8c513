"""The life of an import of subscribers: opened, checked, imported by a job, and perhaps undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, case, delete, select, update

from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.imports.subscribers.models import STATES, WITH_FILE, SubscriberImport
from campaign.jobs.operations import cancel_job, enqueue
from campaign.notices.consents import delete_consents
from campaign.process.clock import utcnow
from campaign.subscriptions.consents import SUBJECT
from campaign.subscriptions.importing import Subscriber, import_subscribers
from campaign.subscriptions.models import Subscription

JOB = "subscriber_import"
RETENTION = timedelta(days=7)
# People who sign at the same time wait for one such transaction.
BATCH_SIZE = 500

_subscription = Subscription.__table__


class SubscriberImportOvertaken(CampaignError):
    """The import is no longer in the state that the change needs. Nothing was changed."""

    status = 409


def open_import(
    *,
    cause_id: int | None,
    organisation_id: int | None,
    organizer_id: int,
    asks: bool,
    name: str,
    header: Sequence[str],
    columns: Mapping[str, str],
) -> SubscriberImport:
    """Open an import, whose file is then stored, and return it.

    Its people subscribe to a cause, or to all causes of an organisation.
    """
    item = SubscriberImport(
        cause_id=cause_id,
        organisation_id=organisation_id,
        organizer_id=organizer_id,
        asks=asks,
        name=name,
        header=list(header),
        columns=dict(columns),
    )
    db.session.add(item)
    db.session.flush()
    return item


def note_file(import_id: int, *, frames: int, size: int) -> None:
    """Record that the file of an import is stored."""
    _change(import_id, "open", frames=frames, size=size)


def check_import(
    *,
    import_id: int,
    cause_id: int | None,
    organisation_id: int | None,
    asks: bool,
    columns: Mapping[str, str],
) -> None:
    """Queue a check of the file with these columns. Raises SubscriberImportOvertaken."""
    values = {
        "cause_id": cause_id,
        "organisation_id": organisation_id,
        "asks": asks,
        "columns": dict(columns),
    }
    reset = {"done": 0, "counts": {}, "errors": [], "error_code": ""}
    _change(import_id, "open", "checked", state="checking", **values, **reset)
    enqueue(JOB, import_id)


def accept_import(*, import_id: int) -> None:
    """Queue the import of a checked file. Raises SubscriberImportOvertaken."""
    _change(import_id, "checked", state="importing", done=0)
    enqueue(JOB, import_id)


def undo_import(*, import_id: int) -> None:
    """Queue the removal of what was imported, or stop it. Raises SubscriberImportOvertaken."""
    _begin_undo(import_id, "imported", "importing")
    enqueue(JOB, import_id)


def undo_restored(*, import_id: int) -> None:
    """Undo an import that a backup brought back, at once and in any state.

    Its file is removed later, with the others that belong to no import.
    """
    _begin_undo(import_id, *STATES)
    after: int | None = 0
    while after is not None:
        after = remove_part(import_id, after)
    finish_undo(import_id)


def drop_import(*, import_id: int) -> None:
    """Delete an import of which nothing was imported. Its file is removed afterwards.

    Raises SubscriberImportOvertaken.
    """
    statement = delete(SubscriberImport).where(
        SubscriberImport.id == import_id,
        SubscriberImport.state.in_(("open", "checking", "checked", "undone")),
    )
    if not _rows_changed(statement):
        raise SubscriberImportOvertaken(import_id)
    cancel_job(JOB, import_id)


def note_progress(import_id: int, *, done: int) -> None:
    """Record how many bytes of the file are checked. Raises SubscriberImportOvertaken."""
    _change(import_id, "checking", done=done)


def finish_check(import_id: int, *, counts: Mapping[str, int], errors: Sequence[Any]) -> None:
    """Record the result of the check. Raises SubscriberImportOvertaken."""
    _change(import_id, "checking", state="checked", counts=dict(counts), errors=list(errors))


def refuse_file(import_id: int, *, error_code: str) -> None:
    """Record why the file cannot be imported. What was imported before is removed."""
    state = case({"importing": "undoing"}, value=SubscriberImport.state, else_="open")
    _change(import_id, "checking", "importing", state=state, error_code=error_code)


def import_part(import_id: int, subscribers: Sequence[Subscriber], *, done: int) -> list[str]:
    """Import the next subscribers of the file and return the outcome of each.

    Raises SubscriberImportOvertaken.
    """
    now = utcnow()
    item = _change(import_id, "importing", done=done)
    return import_subscribers(
        subscribers=subscribers,
        cause_id=item.cause_id,
        organisation_id=item.organisation_id,
        asks=item.asks,
        now=now,
        import_id=import_id,
    )


def finish_import(import_id: int, *, counts: Mapping[str, int], errors: Sequence[Any]) -> None:
    """Record that everything is imported. Raises SubscriberImportOvertaken."""
    _change(import_id, "importing", state="imported", counts=dict(counts), errors=list(errors))


def remove_part(import_id: int, after: int) -> int | None:
    """Remove the next subscriptions that an import created, of ids after `after`.

    Return the last id, or None at the end. People who unsubscribed, or confirmed when
    we asked, stay as they are.
    """
    item = _change(import_id, "undoing")
    ids = db.session.scalars(
        select(_subscription.c.id)
        .where(_subscription.c.import_id == import_id, _subscription.c.id > after)
        .order_by(_subscription.c.id)
        .limit(BATCH_SIZE)
    ).all()
    if not ids:
        return None
    statement = delete(_subscription).where(
        _subscription.c.id.in_(ids),
        _subscription.c.source == "import",
        _subscription.c.state == ("pending" if item.asks else "active"),
    )
    delete_consents(SUBJECT, db.session.scalars(statement.returning(_subscription.c.id)).all())
    return cast(int, ids[-1])


def finish_undo(import_id: int) -> None:
    """Record that the import is undone. Raises SubscriberImportOvertaken."""
    _change(import_id, "undoing", state="undone")


def sweep_imports(*, now: datetime) -> list[str]:
    """Delete the imports that nobody continued and return the names of the files to keep."""
    _rows_changed(
        delete(SubscriberImport).where(
            SubscriberImport.state.in_(("open", "checked")),
            SubscriberImport.changed_at < now - RETENTION,
        )
    )
    kept = select(SubscriberImport).where(SubscriberImport.state.in_(WITH_FILE))
    return [item.file_name for item in db.session.scalars(kept)]


def _begin_undo(import_id: int, *states: str) -> None:
    item = _change(import_id, *states, state="undoing")
    note_ended("subscriber_import.undone", import_id, item.created_at)


def _change(import_id: int, *states: str, **columns: Any) -> Any:
    """Change columns of an import in one of these states and return the columns that callers need.

    Raises SubscriberImportOvertaken.
    """
    row = db.session.execute(
        update(SubscriberImport)
        .where(SubscriberImport.id == import_id, SubscriberImport.state.in_(states))
        .values(changed_at=utcnow(), **columns)
        .returning(
            SubscriberImport.cause_id,
            SubscriberImport.organisation_id,
            SubscriberImport.asks,
            SubscriberImport.created_at,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise SubscriberImportOvertaken(import_id)
    return row


def _rows_changed(statement: Any) -> int:
    statement = statement.execution_options(synchronize_session=False)
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount
