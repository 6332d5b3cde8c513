"""Choose which tests `make test` leaves to `make test-slow`, which run first, and in which process.

Slow are those marked `slow`, and three kinds by rule. Cases that seldom show anything new are left
out, more of them in CI.
"""

import os
import subprocess
import sys
from collections import defaultdict
from zlib import crc32

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER_TESTS = "tests/browser/"
# In `make test`, one in so many tests whose SQL may differ runs on PostgreSQL too.
QUICK_POSTGRESQL_SHARE = 2
# In CI, one in so many tests whose SQL is the same on both databases runs on PostgreSQL too.
SAME_SQL_SHARE = 6
ALL = sys.maxsize
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
    """Mark as slow what a change seldom breaks alone: most cases of a test that takes long."""
    cases = defaultdict(list)
    for item in items:
        is_on_postgresql = runs_on_postgresql(item)
        if is_on_postgresql and not _is_quick_on_postgresql(item):
            item.add_marker(pytest.mark.slow)
        if not item.get_closest_marker("slow"):
            cases[name_of(item), is_on_postgresql].append(item)
    for of_one in cases.values():
        for case in _chosen_first(of_one)[_max_cases(of_one[0]) :]:
            case.add_marker(pytest.mark.slow)


def leave_out_repetitions(config, items):
    """Leave out cases that seldom show anything new: most of them in CI, whose time is limited."""
    left_out = _repeated_statements(items)
    if os.environ.get("CI"):
        left_out |= _on_other_database(items) | _on_postgresql_too(items) | _further_cases(items)
        left_out |= _browser_tests_of_other_commits(items)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _repeated_statements(items):
    """Return the cases on PostgreSQL that send the same statements as another one there.

    Outside CI, tests are marked for that.
    """
    is_ci = bool(os.environ.get("CI"))
    seen, repeated = set(), set()
    for item in filter(runs_on_postgresql, items):
        if item.get_closest_marker("once_on_postgresql") or (
            is_ci and not item.get_closest_marker("every_case")
        ):
            if name_of(item) in seen:
                repeated.add(item)
            seen.add(name_of(item))
    return repeated


def _on_other_database(items):
    """Return the cases of tests that run on one database in CI, on the other one."""
    return {
        item
        for item in items
        if item.get_closest_marker("one_database")
        and runs_on_postgresql(item) is not _is_for_postgresql(name_of(item))
    }


def _on_postgresql_too(items):
    """Return the cases on PostgreSQL of most tests whose SQL is the same on both databases.

    One test in SAME_SQL_SHARE stays.
    """
    others = {name_of(item) for item in items if not runs_on_postgresql(item)}
    return {
        item
        for item in filter(runs_on_postgresql, items)
        if not {"both_databases", "one_database", "slow"} & _marks_of(item)
        and name_of(item) in others
        and crc32(name_of(item).encode()) % SAME_SQL_SHARE
    }


def _further_cases(items):
    """Return the cases of browser tests after the first two, of slow ones after the first."""
    cases = defaultdict(list)
    for item in items:
        if "browser" in _marks_of(item) and not item.get_closest_marker("every_case"):
            cases[name_of(item)].append(item)
    return {
        case
        for of_one in cases.values()
        for case in _chosen_first(of_one)[1 if "slow" in _marks_of(of_one[0]) else 2 :]
    }


def _browser_tests_of_other_commits(items):
    """Return half of the slow browser tests, by name and by the commit that is tested.

    At the same commit, it is the same half each time. The next commits choose others, so all tests
    run within a few commits.
    """
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        item
        for item in items
        if {"browser", "slow"} <= _marks_of(item)
        and not item.get_closest_marker("every_case")
        and crc32(f"{commit} {name_of(item)}".encode()) & 1
    }


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


def _is_quick_on_postgresql(item):
    """Return whether `make test` runs this test on PostgreSQL too, if its first case."""
    is_chosen = crc32(name_of(item).encode()) % QUICK_POSTGRESQL_SHARE == 0
    return is_chosen and item.get_closest_marker("both_databases") is not None


def _is_for_postgresql(name):
    """Return whether PostgreSQL is the database of a test that runs on one. Half of them use it."""
    return bool(crc32(name.encode()) & 1)


def _max_cases(item):
    """Return how many cases of this test run in `make test` at most.

    On PostgreSQL, other cases send the same statements with other values.
    """
    marks = _marks_of(item)
    if runs_on_postgresql(item):
        return 1
    if "every_case" in marks:
        return ALL
    return 1 if marks & {"browser", "one_case"} or "app" in item.fixturenames else ALL


def _chosen_first(cases):
    """Return the cases of a test, the chosen one first, whichever others are left out.

    It varies from test to test, so that languages and widths mix.
    """
    return sorted(cases, key=lambda case: crc32(case.nodeid.encode()))


def name_of(item):
    """Return the path and name of a test, which its cases share."""
    return item.nodeid.partition("[")[0]


def _marks_of(item):
    return {mark.name for mark in item.iter_markers()}
