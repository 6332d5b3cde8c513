"""List the static files that make up the tablet app."""

import posixpath
import re
from functools import cache
from pathlib import Path

ENTRY = "js/kiosk/app.js"
STYLESHEETS = ("css/site.css", "css/kiosk.css")
PICTURES = (
    "img/mark.svg",
    "img/butterfly.svg",
    "img/butterfly-night.svg",
    "img/kiosk-180.png",
    "img/kiosk-192.png",
    "img/kiosk-512.png",
    "img/kiosk-maskable-512.png",
)
# This QR decoder is for browsers without one. It is large, and pairing needs a network anyway.
EXCLUDED = re.compile(r"^vendor/qr-decode-")
IMPORTED = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)["'](\.{0,2}/?[\w./-]+\.js)["']"""
)


@cache
def app_files(folder: Path) -> tuple[str, ...]:
    """Return the paths of all files the app needs offline, relative to the static `folder`.

    The order is stable. Scripts are found by following imports from ENTRY, so none is forgotten.
    """
    fonts = sorted(f"fonts/{path.name}" for path in (folder / "fonts").glob("*.woff2"))
    return (*sorted(_scripts(folder)), *STYLESHEETS, *fonts, *PICTURES)


def _scripts(folder: Path) -> set[str]:
    scripts, waiting = set(), [ENTRY]
    while waiting:
        path = waiting.pop()
        if path in scripts or EXCLUDED.match(path):
            continue
        scripts.add(path)
        text = (folder / path).read_text()
        waiting += [
            posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            for name in IMPORTED.findall(text)
        ]
    return scripts
