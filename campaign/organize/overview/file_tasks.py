"""Tasks about files that could not be made, and lists that are not imported yet."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.exports.models import Export
from campaign.exports.queries import exports_of, subscriber_exports
from campaign.imports.queries import batches_among
from campaign.imports.subscribers.queries import subscriber_imports
from campaign.organize.core.identity import causes_where, may, organisations_where, organizer
from campaign.organize.core.scope import petitions_where
from campaign.organize.overview.task import Task


def failed_files() -> Iterator[Task]:
    """Yield the files that the signed-in organizer requested and that could not be made."""
    ids = (
        [petition.id for petition in petitions_where("signatures.export")]
        if may("signatures.export")
        else []
    )
    for export in exports_of(ids):
        if export.organizer_id == organizer().id and export.state == "failed":
            address = url_for("organize.exports.show", export_id=export.id)
            yield Task(_unfinished(export), _("View"), address)


def failed_subscriber_files() -> Iterator[Task]:
    """Yield the signed-in organizer's files of subscribers that could not be made or read."""
    exports = (
        subscriber_exports(
            causes_where("subscriptions.export"), organisations_where("subscriptions.export")
        )
        if may("subscriptions.export")
        else ()
    )
    for export in exports:
        if export.organizer_id == organizer().id and export.state == "failed":
            address = url_for("organize.subscribers.show", export_id=export.id)
            yield Task(_unfinished(export), _("View"), address)
    imports = (
        subscriber_imports(
            causes_where("subscriptions.import"), organisations_where("subscriptions.import")
        )
        if may("subscriptions.import")
        else ()
    )
    for item in imports:
        if item.organizer_id == organizer().id and item.has_failed:
            text = _("Fix the list “%(name)s”: it could not be imported", name=item.name)
            address = url_for("organize.subscribers.show_import", import_id=item.id)
            yield Task(text, _("View"), address)


def _unfinished(export: Export) -> str:
    return _("Create file %(number)s again: it could not be finished", number=export.id)


def open_imports() -> Iterator[Task]:
    if not may("signatures.import"):
        return
    begun = [batch for batch in batches_among(causes_where("signatures.import")) if batch.is_open]
    if begun:
        text = ngettext("Import %(num)s paper list", "Import %(num)s paper lists", len(begun))
        yield Task(text, _("Open"), url_for("organize.imports.index"))
