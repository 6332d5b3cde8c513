"""Tests of programs that run without the application."""

import os
import subprocess

from campaign.process import isolated


def test_program_gives_way_as_far_as_it_was_told():
    here = os.nice(0)
    command = isolated.program(
        "timeit", "-n1", "-r1", "import os; print(os.nice(0))", niceness=19 - here
    )
    done = subprocess.run(**command, check=True, capture_output=True, text=True)
    assert done.stdout.split()[0] == "19"
