"""Find the Chromium that the browser tests drive. Run as a script to see which one.

The `CHROMIUM` variable comes first, then the names that systems give it. The headless shell is
preferred: it renders the same pages without the browser's own windows, for a third of the processor
time. On Debian as root it is installed if missing. Without a Chromium the browser tests are skipped
with a message, and in CI (`CI` set) they fail.
"""

import os
import shutil
import subprocess
import sys

# Without hinting, characters are as wide in the headless shell as in a browser with windows.
# Without GPU compositing, no process imitates a graphics card.
ARGUMENTS = ["--no-sandbox", "--font-render-hinting=none", "--disable-gpu-compositing"]
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def find(*, is_whole=False):
    """Return the path of a Chromium, or None. `is_whole` leaves the headless shell out."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    names = NAMES[1:] if is_whole else NAMES
    return next((path for name in names if (path := shutil.which(name))), None)


def install():
    """Try Debian's packages, if no password is needed.

    Older releases have no headless shell.
    """
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _apt("update", "-q")
        for name in ("chromium-headless-shell", "chromium"):
            if find() is None:
                _apt("install", "-q", "-y", "--no-install-recommends", name, "fonts-noto-core")


def _apt(*arguments):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=False, stdout=subprocess.DEVNULL, env=environment)


def main():
    if find() is None:
        print("No Chromium found; trying to install it …", flush=True)
        install()
    if find() is None:
        print(
            "=" * 78
            + "\nNO CHROMIUM: the browser tests will not run. Install it or set CHROMIUM to its path.\n"
            + "=" * 78
        )
        return 1 if os.environ.get("CI") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
