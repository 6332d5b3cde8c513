"""Tests that need a program are never skipped in CI unnoticed."""

import re
from pathlib import Path

import pytest

from tests.programs import needed_program

ROOT = Path(__file__).parents[2]
NO_PROGRAM = "no-such-program"
NAMED = re.compile(r'needed_program\("([\w-]+)"\)')


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Neither CI, nor anything that it could not install."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("NOT_INSTALLED", raising=False)


def test_program_that_is_installed_is_found():
    assert Path(needed_program("sh")).name == "sh"


def test_without_its_program_a_test_is_skipped():
    with pytest.raises(pytest.skip.Exception):
        needed_program(NO_PROGRAM)


@pytest.mark.parametrize("others", ["", "caddy nginx", f"{NO_PROGRAM}-2"])
def test_without_its_program_a_test_fails_in_ci(monkeypatch, others):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("NOT_INSTALLED", others)
    with pytest.raises(pytest.fail.Exception):
        needed_program(NO_PROGRAM)


def test_program_that_ci_could_not_install_is_excused(monkeypatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("NOT_INSTALLED", f"caddy {NO_PROGRAM}")
    with pytest.raises(pytest.skip.Exception):
        needed_program(NO_PROGRAM)


def test_ci_installs_the_programs_that_tests_name():
    [listed] = re.findall(r"^ *programs=\((.+)\)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    tests = [path.read_text() for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    named = {name for text in tests for name in NAMED.findall(text)}
    assert "pgbouncer" in named
    assert named <= set(listed.split())
