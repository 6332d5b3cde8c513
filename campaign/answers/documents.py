"""The document of an answer: check what was uploaded, store it, and read it again."""

from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import select

from campaign.answers.models import PDF, WEBP, Answer, AnswerDocument
from campaign.extensions import db
from campaign.publishing.picture_upload import MAX_BYTES, PictureUploadRefused, clean_picture

# A scanned letter of a few pages. Each copy of the database holds it.
MAX_PDF_BYTES = 6 * 1024 * 1024
PDF_START, PDF_END = b"%PDF-", b"%%EOF"
# Programs write a few bytes after the end of a PDF.
MAX_TAIL_BYTES = 2048


class DocumentRefused(ValueError):
    """The bytes are no PDF or picture that we can show. `code` is as in PictureUploadRefused.

    A PDF that is too large has the code `pdf_bytes`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class NewDocument:
    """A document that was checked. See AnswerDocument for the fields."""

    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None

    @property
    def digest(self) -> str:
        """Return the name of its content."""
        return blake2b(self.data, digest_size=8).hexdigest()


def checked_document(data: bytes) -> NewDocument:
    """Return the NewDocument in `data`. Raise DocumentRefused.

    A picture is decoded and encoded again, which takes a second or two. So never call this inside
    a database transaction.
    """
    if data.startswith(PDF_START):
        return NewDocument(PDF, _checked_pdf(data))
    if len(data) > MAX_BYTES:
        raise DocumentRefused("bytes")
    try:
        picture = clean_picture(data)
    except PictureUploadRefused as error:
        raise DocumentRefused(error.code) from error
    return NewDocument(WEBP, picture.data, picture.width, picture.height)


def set_document(answer: Answer, document: NewDocument | None) -> None:
    """Give an answer this document in place of its present one, or none."""
    if document is None:
        answer.document = None
        return
    row = answer.document or AnswerDocument()
    row.media_type, row.data, row.digest = document.media_type, document.data, document.digest
    row.size, row.width, row.height = len(document.data), document.width, document.height
    answer.document = row


def document_data(
    answer_id: int, digest: str, *, is_public: bool = True
) -> tuple[str, bytes] | None:
    """Return (media type, bytes) of the document of an answer, or None.

    With `is_public`, only that of a published answer.
    """
    query = (
        select(AnswerDocument.media_type, AnswerDocument.data)
        .join(Answer, Answer.id == AnswerDocument.answer_id)
        .where(AnswerDocument.answer_id == answer_id, AnswerDocument.digest == digest)
    )
    if is_public:
        query = query.where(Answer.state == "published")
    row = db.session.execute(query).first()
    return (row.media_type, row.data) if row else None


def _checked_pdf(data: bytes) -> bytes:
    if len(data) > MAX_PDF_BYTES:
        raise DocumentRefused("pdf_bytes")
    if PDF_END not in data[-MAX_TAIL_BYTES:]:
        raise DocumentRefused("format")
    return data
