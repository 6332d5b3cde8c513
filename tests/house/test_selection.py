"""Tests of how tests are shared among processes."""

from collections import OrderedDict

from tests.selection import MixedScheduling

BROWSER = ["tests/browser/test_a.py", "tests/browser/test_b.py"]
OTHER = ["tests/http/test_c.py", "tests/http/test_d.py", "tests/http/test_e.py"]


class Process:
    def send_runtest_some(self, indices):
        """Run the tests at these places of the collection."""


def scheduling_of(files, processes):
    """Return a MixedScheduling of one test in each file."""
    scheduling = MixedScheduling.__new__(MixedScheduling)
    tests = {file: f"{file}::test" for file in files}
    scheduling.workqueue = OrderedDict((file, {test: False}) for file, test in tests.items())
    scheduling.assigned_work = {process: {} for process in processes}
    scheduling.registered_collections = {process: list(tests.values()) for process in processes}
    return scheduling


def test_every_second_process_runs_browser_tests_first():
    first, second = processes = [Process(), Process()]
    scheduling = scheduling_of([*BROWSER, *OTHER], processes)
    for process in (first, second, first, second, first):
        scheduling._assign_work_unit(process)
    # None is left over: who has run out of one kind takes the other.
    assert list(scheduling.assigned_work[first]) == [*BROWSER, OTHER[2]]
    assert list(scheduling.assigned_work[second]) == OTHER[:2]
