"""Tests that each process of the site gets its own processor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from campaign.process import cpu_affinity

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="only Linux binds processes"
)

# Import the module alone, as loading the application takes seconds.
BIND = """
import os, runpy, sys
runpy.run_path(sys.argv[1])["pin_to_cpu"]()
print(*os.sched_getaffinity(0), flush=True)
input()
"""


def bound():
    return subprocess.Popen(
        [sys.executable, "-c", BIND, Path(cpu_affinity.__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_never_share_a_processor_and_extra_ones_run_free():
    everywhere = os.sched_getaffinity(0)
    processes = [bound() for _ in range(len(everywhere) + 1)]
    try:
        places = [process.stdout.readline().split() for process in processes]
    finally:
        for process in processes:
            process.communicate("\n")
    alone = [place[0] for place in places if len(place) == 1]
    assert len(set(alone)) == len(alone)
    if len(everywhere) > 1:
        assert any(len(place) == len(everywhere) for place in places)


def test_processor_is_free_again_once_its_process_has_ended():
    for _ in range(2 * os.cpu_count()):
        process = bound()
        place = process.stdout.readline().split()
        process.communicate("\n")
        assert place
