"""Decide what tests that need a program do without it."""

import os
import shutil

import pytest

# Debian's daemons are here, which is not in the PATH of everyone.
SYSTEM_FOLDERS = "/usr/sbin:/sbin"


def needed_program(name):
    """Return the path of a program. Without it the test is skipped, and in CI it fails.

    It is skipped in CI too if `.ci/run` could not install the program there.
    """
    path = shutil.which(name) or shutil.which(name, path=SYSTEM_FOLDERS)
    if path is None:
        missing(f"{name} is not installed", is_excused=name in not_installed())
    return path


def missing(reason, *, is_excused=False):
    """Skip the test for this reason. In CI let it fail, unless that is excused."""
    if os.environ.get("CI") and not is_excused:
        pytest.fail(reason)
    pytest.skip(reason)


def not_installed():
    """Return the programs that `.ci/run` could not install."""
    return os.environ.get("NOT_INSTALLED", "").split()
