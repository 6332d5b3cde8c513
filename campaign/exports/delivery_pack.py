"""Make the delivery pack: one archive with everything that is handed over on the day."""

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, cast

from flask_babel import force_locale

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id
from campaign.exports.delivery_pack_texts import PackWords
from campaign.exports.formats import CsvForExcel
from campaign.exports.models import Export
from campaign.exports.pdf import letter_sheets, signature_sheets
from campaign.exports.queries import Sheet
from campaign.exports.selection import Selection
from campaign.exports.writer import Piece
from campaign.exports.zip_stream import ZipStream
from campaign.extensions import db
from campaign.i18n.locales import LOCALES
from campaign.montage.queries import Variety
from campaign.montage.tasks import prepare
from campaign.petitions.queries import petition_by_id
from campaign.process import isolated
from campaign.security.sealed_files import Sealer, unsealed
from campaign.signatures.statistics import counted_without_data

# Signatures in one volume. More signatures make further volumes.
VOLUME = 10_000
POSTER_SIZE, LOOK_SECONDS = "A2", 0.1
LETTER, TABLE, POSTER, README, SUMS = (
    "cover-letter.pdf",
    "signatures.csv",
    "poster.pdf",
    "README.txt",
    "SHA256SUMS",
)


class PressFailed(Exception):
    """The process that draws the poster failed."""


def pieces_of_pack(export: Export, folder: Path, key: bytes) -> Iterator[Piece]:
    """Yield the Pieces of a delivery pack, continuing from where the export stopped.

    Until the pack is finished, a second file in `folder` holds its table, encrypted with `key`.
    """
    with force_locale(LOCALES[export.choice["lang"]]):
        pack = _Pack(export, folder / f"{export.id}.table", key)
        try:
            yield from pack.pieces()
        finally:
            if pack.work.get("step") == "ended":
                pack.table_path.unlink(missing_ok=True)


class _Pack:
    """A delivery pack in progress.

    `work` is the state to continue from: the next step, the archive, the counts, and the checksums
    of its files.
    """

    def __init__(self, export: Export, table_path: Path, key: bytes) -> None:
        self.table_path, self._key = table_path, key
        self._export, self._choice = export, export.choice
        columns = (
            "number",
            "evidence",
            "version",
            f"{self._choice['names']}_name",
            *self._choice["details"],
        )
        self._sheet = Sheet(Selection(export.petition_id, columns=columns, delivered=True), [])
        self.work = export.work or {"step": "begin"}
        self._zip = ZipStream(export.asked_at, state=self.work.get("zip"))
        self._done, self._root = export.done, f"{export.choice['slug']}-{export.asked_at:%Y-%m-%d}"

    def pieces(self) -> Iterator[Piece]:
        steps = {
            "begin": self._begin,
            "volumes": self._volumes,
            "table": self._table,
            "letter": self._letter,
            "rest": self._rest,
        }
        while self.work["step"] != "ended":
            yield from steps[self.work["step"]]()
            db.session.rollback()

    def _begin(self) -> Iterator[Piece]:
        total = self._sheet.total()
        counts = {
            "evidence": {},
            "version": {},
            "erased": counted_without_data(self._export.petition_id),
        }
        facts = {
            "last": self._sheet.last_id(),
            "after": 0,
            "volume": 1,
            "volumes": -(-total // VOLUME),
            "counts": counts,
            "sums": [],
        }
        yield self._piece(b"", "volumes", total=total, table=[0, 0], **facts)

    def _volumes(self) -> Iterator[Piece]:
        """Write one PDF volume, and add its rows to the table.

        The table waits in a sealed file of its own until all signatures are counted.
        """
        found = self._sheet.after(self.work["after"], self.work["last"], VOLUME)
        if found is None:
            yield self._piece(b"", "table")
            return
        last, batches = found
        columns = (list(chain.from_iterable(parts)) for parts in zip(*batches, strict=True))
        rows = dict(zip(self._sheet.header, columns, strict=True))
        first, self._done = self._done + 1, self._done + len(rows["number"])
        words = self._words()
        pdf = signature_sheets(
            words.head(), words.fields(), words.rows(rows, first), self._choice["paper"]
        )
        table = self._add_to_table(rows, first)
        counts = self.work["counts"] | {
            kind: self._counted(kind, rows) for kind in ("evidence", "version")
        }
        name = words.volume_name(self.work["volume"], self.work["volumes"])
        data = self._file(name, pdf)
        yield self._piece(
            data, "volumes", after=last, volume=self.work["volume"] + 1, counts=counts, table=table
        )

    def _counted(self, kind: str, rows: Mapping[str, Sequence[Any]]) -> dict[str, int]:
        return dict(Counter(self.work["counts"][kind]) + Counter(map(str, rows[kind])))

    def _add_to_table(self, rows: Mapping[str, Sequence[Any]], first: int) -> tuple[int, int]:
        names = [name for name in self._sheet.header if name != "version"]
        form = CsvForExcel(
            ["row", *names], ["whole", *("whole" if name == "number" else "text" for name in names)]
        )
        frames, octets = self.work["table"]
        with Sealer(self.table_path, self._key, frames=frames, octets=octets) as table:
            table.write(form.begin() if not frames else b"")
            table.write(form.add([range(first, self._done + 1), *(rows[name] for name in names)]))
            return table.settle()

    def _table(self) -> Iterator[Piece]:
        digest = sha256()
        yield Piece(self._zip.begin(f"{self._root}/{TABLE}"), {"done": self._done})
        for plain in (
            unsealed(self.table_path, self._key, self.work["table"][0])
            if self.work["table"][0]
            else ()
        ):
            digest.update(plain)
            yield Piece(self._zip.add(plain), {"done": self._done})
        data = self._zip.end()
        yield self._piece(data, "letter", sums=[*self.work["sums"], [TABLE, digest.hexdigest()]])

    def _letter(self) -> Iterator[Piece]:
        """Write the cover letter. It comes after the signatures, because it states their counts."""
        words = self._words()
        blocks = words.letter(self.work["counts"], self._done)
        yield self._piece(
            self._file(LETTER, letter_sheets(words.head(), blocks, self._choice["paper"])), "rest"
        )

    def _rest(self) -> Iterator[Piece]:
        with tempfile.TemporaryDirectory(prefix="volante-pack-") as scratch:
            # Empty pieces renew the export's lock, and let the worker stop between them.
            for _ in self._draw_poster(Path(scratch)):
                yield Piece(b"", {"done": self._done})
            poster = self._file(POSTER, (Path(scratch) / POSTER).read_bytes())
        words = self._words()
        readme = self._file(
            README,
            words.readme(
                [name for name, _ in self.work["sums"]], self.work["counts"], self._done
            ).encode(),
        )
        sums = "".join(f"{digest}  {name}\n" for name, digest in self.work["sums"])
        end = self._zip.file(f"{self._root}/{SUMS}", sums.encode()) + self._zip.finish()
        yield self._piece(poster + readme + end, "ended")

    def _draw_poster(self, scratch: Path) -> Iterator[None]:
        """Draw the poster of the cause as PDF in another process; yield while it works.

        It shows no names.
        """
        cause = cast(Cause, cause_by_id(self._export.cause_id))
        spec, _ = prepare(
            cause, Variety(cause.id, "pdf", POSTER_SIZE, self._choice["lang"], False), scratch
        )
        db.session.rollback()
        spec_file = scratch / "spec.json"
        spec_file.write_text(spec.to_json(), encoding="utf-8")
        program = isolated.program("campaign.montage.poster_renderer", spec_file, scratch / POSTER)
        press = subprocess.Popen(**program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while press.poll() is None:
                yield
                time.sleep(LOOK_SECONDS)
        finally:
            press.kill()
            press.wait()
        if press.returncode:
            raise PressFailed

    def _words(self) -> PackWords:
        return PackWords(
            petition_by_id(self._export.petition_id), self._choice, self._export.asked_at
        )

    def _file(self, name: str, data: bytes) -> bytes:
        self.work = {**self.work, "sums": [*self.work["sums"], [name, sha256(data).hexdigest()]]}
        return self._zip.file(f"{self._root}/{name}", data)

    def _piece(self, data: bytes, step: str, *, total: int | None = None, **facts: Any) -> Piece:
        self.work = {**self.work, **facts, "step": step, "zip": self._zip.state}
        return Piece(
            data,
            {"done": self._done, "work": self.work, **({} if total is None else {"total": total})},
        )
