"""Finds the Chromium that the browser tests drive; run as a script it says what it found.

It is looked for, in this order: the `CHROMIUM` variable, the names that systems give it, Playwright's own. On Debian as root
it is installed when missing. Without one the browser tests are skipped, loudly, and in CI (`CI` set) they fail.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install():
    """Try Debian's package, where that needs nobody's password."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-noto-core"]):
            subprocess.run(["apt-get", *arguments], check=False, stdout=subprocess.DEVNULL,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main():
    if find() is None:
        print("No Chromium found; trying to install it …", flush=True)
        install()
    if find() is None:
        print("=" * 78 + "\nNO CHROMIUM: the browser tests will not run. Install it or set CHROMIUM to its path.\n" + "=" * 78)
        return 1 if os.environ.get("CI") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
