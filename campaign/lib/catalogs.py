"""Translations: kept as text in the repository, compiled where they are used."""

import os
import threading
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogs(folder):
    """Compile every catalogue below `folder` whose compiled form is missing or older than its text."""
    for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def _compile(source, target):
    # Several may start at once: each writes its own file, and the last rename wins with the same content.
    draft = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    with source.open("rb") as text, draft.open("wb") as file:
        write_mo(file, read_po(text, locale=source.parent.parent.name))
    draft.replace(target)
