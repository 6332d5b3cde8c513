"""The document of a published answer."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from campaign.answers.documents import document_data
from campaign.answers.models import PDF
from campaign.http.caching import public
from campaign.http.responses import abort_missing_file

blueprint = Blueprint("answers", __name__)
# Short, because an answer that is withdrawn must be gone soon.
DOCUMENT_SECONDS = 60


@blueprint.get("/answers/<int:answer_id>/document-<digest>.<any(pdf, webp):extension>")
def document(answer_id: int, digest: str, extension: str) -> ResponseReturnValue:
    """Return the document of a published answer. Its URL changes with its content."""
    found = document_data(answer_id, digest) or abort_missing_file()
    return public(document_response(*found, name=f"answer-{answer_id}"), DOCUMENT_SECONDS)


def document_response(media_type: str, data: bytes, *, name: str) -> Response:
    """Return the response with a document.

    A PDF is downloaded rather than opened, because a PDF may hold scripts and links.
    """
    response = Response(data, mimetype=media_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if media_type == PDF:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
