"""Make the delivery pack: one archive with everything for the day of delivery."""

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, cast

from flask_babel import force_locale

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id
from campaign.exports.delivery_pack_texts import PackTexts
from campaign.exports.formats import CsvForExcel, FilePiece
from campaign.exports.logos import logo_of
from campaign.exports.models import Export
from campaign.exports.pdf import letter_sheets, signature_sheets
from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.exports.zip_stream import ZipStream
from campaign.extensions import db
from campaign.i18n.locales import locale_of
from campaign.montage.posters.jobs import prepare
from campaign.montage.queries import Variety
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.process import isolated
from campaign.security.sealed_files import Sealer, unsealed
from campaign.signatures.counting.statistics import counted_without_data

# Signatures in one volume. More signatures make further volumes.
VOLUME_SIZE = 10_000
POSTER_SIZE, LOOK_SECONDS = "A2", 0.1
COVER_LETTER, TABLE, POSTER, NOTICES, README, SUMS = (
    "cover-letter.pdf",
    "signatures.csv",
    "poster.pdf",
    "privacy-notices.txt",
    "README.txt",
    "SHA256SUMS",
)


class PosterFailed(Exception):
    """The process that draws the poster failed."""


class DeliveryPack:
    """A delivery pack that is written once, piece by piece.

    Until it is finished, a second file, encrypted with `key`, holds its table.
    """

    def __init__(self, export: Export, table_path: Path, key: bytes) -> None:
        self._table_path, self._key = table_path, key
        self._export, self._choice = export, export.choice
        # Each pack belongs to a petition.
        self._petition_id = cast(int, export.petition_id)
        self._cause_id = cast(int, export.cause_id)
        columns = (
            "number",
            "evidence",
            "version",
            "notice",
            f"{self._choice['names']}_name",
            *self._choice["details"],
        )
        self._signatures = SignatureTable(
            Selection(self._petition_id, columns=columns, delivered=True), []
        )
        self._zip = ZipStream(export.requested_at)
        self._root = f"{self._choice['slug']}-{export.requested_at:%Y-%m-%d}"
        self._done = 0
        # What the cover letter and the README say about the signatures.
        self._counts: dict[str, Any] = {
            "evidence": Counter(),
            "version": Counter(),
            "notice": Counter(),
            "erased": 0,
        }
        self._table_frames = 0
        # (name of the file, SHA-256 in hexadecimal)
        self._checksums: list[tuple[str, str]] = []

    def total(self) -> int:
        """Return how many signatures it will hold."""
        return self._signatures.total()

    def pieces(self) -> Generator[FilePiece, None, None]:
        """Yield the FilePieces of the archive."""
        try:
            for step in (self._volumes, self._table, self._cover_letter, self._other_files):
                with closing(step()) as parts:
                    while (data := self._next(parts)) is not None:
                        yield FilePiece(data, self._done)
        finally:
            self._table_path.unlink(missing_ok=True)

    def _next(self, parts: Iterator[bytes]) -> bytes | None:
        with force_locale(locale_of(self._choice["lang"])):
            data = next(parts, None)
        # Release the database connection while the bytes are sealed.
        db.session.rollback()
        return data

    def _volumes(self) -> Generator[bytes, None, None]:
        """Write the PDF volumes, and their rows to the table.

        The table waits in a separate sealed file until all signatures are counted.
        """
        last, volumes = self._signatures.last_id(), -(-self._signatures.total() // VOLUME_SIZE)
        self._counts["erased"] = counted_without_data(self._petition_id)
        after, volume = 0, 1
        with Sealer(self._table_path, self._key) as table:
            file_format = self._table_format()
            table.write(file_format.begin())
            while after < last:
                after, batches = self._signatures.after(after, last, VOLUME_SIZE)
                if not batches:
                    break
                columns = (list(chain.from_iterable(parts)) for parts in zip(*batches, strict=True))
                rows = dict(zip(self._signatures.header, columns, strict=True))
                first, self._done = self._done + 1, self._done + len(rows["number"])
                table.write(file_format.add(self._table_columns(rows, first)))
                for kind in ("evidence", "version", "notice"):
                    self._counts[kind].update(map(str, rows[kind]))
                texts = self._texts()
                pdf = signature_sheets(
                    texts.head(), texts.fields(), texts.rows(rows, first), self._choice["paper"]
                )
                yield self._file(texts.volume_name(volume, volumes), pdf)
                volume += 1
            self._table_frames = table.finish()

    def _table_format(self) -> CsvForExcel:
        names = self._table_names()
        kinds = ("integer" if name == "number" else "text" for name in names)
        return CsvForExcel(["row", *names], ["integer", *kinds])

    def _table_names(self) -> list[str]:
        return [name for name in self._signatures.header if name not in ("version", "notice")]

    def _table_columns(self, rows: Mapping[str, Sequence[Any]], first: int) -> list[Sequence[Any]]:
        return [range(first, self._done + 1), *(rows[name] for name in self._table_names())]

    def _table(self) -> Generator[bytes, None, None]:
        digest = sha256()
        yield self._zip.begin(f"{self._root}/{TABLE}")
        for chunk in unsealed(self._table_path, self._key, self._table_frames):
            digest.update(chunk)
            yield self._zip.add(chunk)
        self._checksums.append((TABLE, digest.hexdigest()))
        yield self._zip.end()

    def _cover_letter(self) -> Generator[bytes, None, None]:
        """Write the cover letter. It comes after the signatures, because it states their counts."""
        texts = self._texts()
        blocks = texts.cover_letter(self._counts, self._done)
        cause = cast(Cause, cause_by_id(self._cause_id))
        logo = logo_of(cause.organisation_id)
        pdf = letter_sheets(texts.head(), blocks, self._choice["paper"], logo=logo)
        yield self._file(COVER_LETTER, pdf)

    def _other_files(self) -> Generator[bytes, None, None]:
        with tempfile.TemporaryDirectory(prefix="volante-pack-") as scratch:
            # Empty pieces renew the export's claim, and let the worker stop between them.
            for _ in self._draw_poster(Path(scratch)):
                yield b""
            poster = (Path(scratch) / POSTER).read_bytes()
        yield self._file(POSTER, poster)
        notices = self._texts().notices(self._counts)
        yield self._file(NOTICES, notices.encode())
        names = [name for name, _ in self._checksums]
        readme = self._texts().readme(names, self._counts, self._done)
        yield self._file(README, readme.encode())
        sums = "".join(f"{digest}  {name}\n" for name, digest in self._checksums)
        yield self._zip.file(f"{self._root}/{SUMS}", sums.encode()) + self._zip.finish()

    def _draw_poster(self, scratch: Path) -> Iterator[None]:
        """Draw the poster of the cause as PDF in another process and yield while it works.

        It shows no names.
        """
        cause = cast(Cause, cause_by_id(self._cause_id))
        spec, _ = prepare(
            cause, Variety(cause.id, "pdf", POSTER_SIZE, self._choice["lang"], False), scratch
        )
        db.session.rollback()
        spec_file = scratch / "spec.json"
        spec_file.write_text(spec.to_json(), encoding="utf-8")
        command = isolated.program(
            "campaign.montage.posters.renderer",
            spec_file,
            scratch / POSTER,
            niceness=isolated.BACKGROUND,
        )
        renderer = subprocess.Popen(**command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while renderer.poll() is None:
                yield
                time.sleep(LOOK_SECONDS)
        finally:
            renderer.kill()
            renderer.wait()
        if renderer.returncode:
            raise PosterFailed

    def _texts(self) -> PackTexts:
        return PackTexts(
            cast(Petition, petition_by_id(self._petition_id)),
            self._choice,
            self._export.requested_at,
        )

    def _file(self, name: str, data: bytes) -> bytes:
        self._checksums.append((name, sha256(data).hexdigest()))
        return self._zip.file(f"{self._root}/{name}", data)
