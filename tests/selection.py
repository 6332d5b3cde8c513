"""Choose which tests `make test` leaves to `make test-slow`, which run first, and in which process.

Slow are those marked `slow`, and three kinds by rule. Cases that would repeat on PostgreSQL what
others do there are left out.
"""

import os
from collections import defaultdict
from zlib import crc32

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER_TESTS = "tests/browser/"
# Their files start separate sites, or copy whole databases.
SITE_TESTS = (
    *("tests/faults/", "tests/deploy/", "tests/release/"),
    *("tests/db/test_former_release.py", "tests/db/test_pgbouncer.py"),
    "tests/cli/test_database_copy.py",
)


class MixedScheduling(LoadFileScheduling):
    """Gives each process whole files: every second process those of `tests/browser` first.

    A browser keeps its test waiting half the time, and the processors would idle if all processes
    waited. The others also start no separate site until the other files run out.
    """

    def _assign_work_unit(self, node):
        takes_browser = self.nodes.index(node) % 2 == 0
        for file in self.workqueue:
            if file.startswith(BROWSER_TESTS) is takes_browser:
                self.workqueue.move_to_end(file, last=False)
                break
        super()._assign_work_unit(node)


def leave_to_slow(items):
    """Mark as slow what a change seldom breaks alone.

    On PostgreSQL, other cases of a test send the same statements with other values.
    """
    cases = defaultdict(list)
    for item in items:
        is_on_postgresql = runs_on_postgresql(item)
        if is_on_postgresql and not item.get_closest_marker("both_databases"):
            item.add_marker(pytest.mark.slow)
        if not item.get_closest_marker("slow") and (is_on_postgresql or _is_spread(item)):
            cases[item.nodeid.partition("[")[0], is_on_postgresql].append(item)
    for (name, _), of_one in cases.items():
        _spread(name, of_one)


def leave_out_repetitions(config, items):
    """Leave out cases on PostgreSQL that send the same statements as the first one there.

    Tests are marked for that. In CI, this is done to all tests, and tests that are the same on both
    databases run on one of them. So only `make test-slow` elsewhere runs everything on both.
    """
    seen, left_out = set(), set()
    is_ci = bool(os.environ.get("CI"))
    for item in items:
        name = item.nodeid.partition("[")[0]
        is_on_postgresql = runs_on_postgresql(item)
        if is_ci and item.get_closest_marker("one_database"):
            if is_on_postgresql is not _is_for_postgresql(name):
                left_out.add(item)
        elif is_on_postgresql and (
            item.get_closest_marker("once_on_postgresql")
            or (is_ci and not item.get_closest_marker("every_case"))
        ):
            if name in seen:
                left_out.add(item)
            seen.add(name)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def longest_first(items):
    """Put the files that start a separate site first, then those that drive a browser.

    One at the end would keep a single process busy while the others wait.
    """
    items.sort(key=_turn)


def _turn(item):
    if item.nodeid.startswith(SITE_TESTS):
        return 0
    return 1 if "browser" in item.fixturenames else 2


def runs_on_postgresql(item):
    """Return whether this case of a test uses PostgreSQL."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and any(
        isinstance(value, str) and value == "postgresql" for value in callspec.params.values()
    )


def _is_for_postgresql(name):
    """Return whether PostgreSQL is the database of a test that runs on one. Half of them use it."""
    return bool(crc32(name.encode()) & 1)


def _is_spread(item):
    marks = {mark.name for mark in item.iter_markers()}
    return not marks & {"slow", "every_case"} and bool(marks & {"browser", "one_case"})


def _spread(name, cases):
    """Leave all cases of a test but one to `make test-slow`.

    The case varies from test to test, so that languages and widths mix.
    """
    chosen = crc32(name.encode()) % len(cases)
    for place, case in enumerate(cases):
        if place != chosen:
            case.add_marker(pytest.mark.slow)
