"""Compile the translation catalogues. The repository has only their source text."""

import os
import threading
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogs(folder: Path, spare: Path) -> Path:
    """Compile the catalogues below `folder` that are missing or out of date.

    Returns the folder of the compiled ones: `folder` itself, or `spare` if it is not writable.
    """
    sources = [path.relative_to(folder) for path in Path(folder).glob("*/LC_MESSAGES/*.po")]
    try:
        _compile_into(folder, folder, sources)
    except OSError:
        _compile_into(spare, folder, sources)
        return spare
    return folder


def _compile_into(target_folder: Path, folder: Path, sources: list[Path]) -> None:
    for name in sources:
        source, target = Path(folder, name), Path(target_folder, name).with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            target.parent.mkdir(parents=True, exist_ok=True)
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    # Several processes may start at once. Each writes its own file, and all have the same content,
    # so it does not matter which rename comes last.
    draft = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    with source.open("rb") as text, draft.open("wb") as file:
        write_mo(file, read_po(text, locale=source.parent.parent.name))
    draft.replace(target)
