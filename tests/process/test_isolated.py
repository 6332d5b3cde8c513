"""Tests of programs that run without the application."""

import os
import subprocess

from campaign.process import isolated


def niceness_of(**options):
    command = isolated.program("timeit", "-n1", "-r1", "import os; print(os.nice(0))", **options)
    done = subprocess.run(**command, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[0])


def test_program_gives_way_as_far_as_it_was_told():
    assert niceness_of(niceness=19) == 19
    assert niceness_of() == os.nice(0)
