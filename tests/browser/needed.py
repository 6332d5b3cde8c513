"""Decide what tests that need a browser do without one."""

import os

import pytest

from tests import chromium

NO_BROWSER = "NO CHROMIUM: what people see is untested. Install one, or set CHROMIUM to its path."


def needed_chromium(*, is_whole=False):
    """Return the path of a Chromium. Without one the test is skipped, and in CI it fails."""
    path = chromium.find(is_whole=is_whole)
    if path is None:
        pytest.fail(NO_BROWSER) if os.environ.get("CI") else pytest.skip(NO_BROWSER)
    return path
