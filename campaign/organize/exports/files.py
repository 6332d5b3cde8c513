"""The page and the download of an export, for each place in the workspace that offers files."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wsgi import wrap_file

from campaign.exports.formats import DOWNLOADS
from campaign.exports.models import Export
from campaign.exports.operations import RETENTION
from campaign.exports.queries import READ_BYTES, content_of, has_file
from campaign.files.storage import FilesUnavailable
from campaign.organize.core.audit import AuditEvent, log_view
from campaign.organize.exports.forms import label_context
from campaign.security.sealed_files import SealBroken

POLL_SECONDS = 3


def render_file(export: Export, **context: Any) -> ResponseReturnValue:
    """Show the progress of a file and, once it is ready, what it is and how long it is kept.

    `context` has `back` and `urls`, the addresses of the list and of what can be done.
    """
    labels = label_context()
    if "progress" in request.args:
        return jsonify(state=export.state, progress=export.percent, words=labels["how_far"](export))
    return render_template(
        "organize/exports/show.html",
        export=export,
        is_there=has_file(export),
        until=export.ready_at + RETENTION if export.ready_at else None,
        kept_hours=int(RETENTION.total_seconds() // 3600),
        seconds=POLL_SECONDS,
        **labels,
        **context,
    )


def send_file(
    export: Export, audit_event: AuditEvent, *, name: str, page: str
) -> ResponseReturnValue:
    """Decrypt the file while sending it, or the part that a broken download still lacks.

    Each download is recorded in the activity log. `page` is the address of the export, in case the
    file is gone.
    """
    if export.state != "ready":
        return redirect(page, 303)
    try:
        content = content_of(export)
        # Tells whether it can be read and decrypted, before the answer begins.
        content.peek(1)
    except FilesUnavailable:
        flash(_("The file storage is not responding. Try again in a minute."), "danger")
        return redirect(page, 303)
    except (FileNotFoundError, SealBroken):
        flash(_("The file is no longer available. Create it again."), "danger")
        return redirect(page, 303)
    log_view(audit_event)
    media_type = "application/zip" if export.kind == "pack" else DOWNLOADS[export.kind].media_type
    response = Response(
        wrap_file(request.environ, content, READ_BYTES),
        content_type=media_type,
        direct_passthrough=True,
    )
    response.call_on_close(content.close)
    response.content_length = export.size
    file_name = f"{name}-{export.requested_at:%Y-%m-%d}-{export.id}.{export.suffix}"
    response.headers.set("Content-Disposition", "attachment", filename=file_name)
    response.set_etag(export.sha256)
    return response.make_conditional(
        request.environ, accept_ranges=True, complete_length=export.size
    )
