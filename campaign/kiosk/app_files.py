"""Which static files the app on a tablet consists of."""

import posixpath
import re
from functools import cache

ENTRY = "js/kiosk/app.js"
SHEETS = ("css/site.css", "css/kiosk.css")
PICTURES = (
    "img/mark.svg",
    "img/monarch.svg",
    "img/monarch-night.svg",
    "img/kiosk-180.png",
    "img/kiosk-192.png",
    "img/kiosk-512.png",
    "img/kiosk-maskable-512.png",
)
# Reads pairing codes where the browser cannot: large, and of no use without a network.
LEFT_OUT = re.compile(r"^vendor/qr-decode-")
NEEDED = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)["'](\.{0,2}/?[\w./-]+\.js)["']"""
)


@cache
def app_files(folder):
    """Return the paths below the static `folder` of all that the app needs without a network, in a steady order.

    Scripts are found by following imports from the first, so that none can be forgotten.
    """
    fonts = sorted(f"fonts/{path.name}" for path in (folder / "fonts").glob("*.woff2"))
    return (*sorted(_scripts(folder)), *SHEETS, *fonts, *PICTURES)


def _scripts(folder):
    found, waiting = set(), [ENTRY]
    while waiting:
        path = waiting.pop()
        if path in found or LEFT_OUT.match(path):
            continue
        found.add(path)
        text = (folder / path).read_text()
        waiting += [
            posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            for name in NEEDED.findall(text)
        ]
    return found
