"""Run one of our modules as a program without loading the application.

Usage: `python campaign/process/isolated.py NICENESS MODULE [ARGUMENT …]`. `python -m` would import
the whole application first. That takes longer than people should wait. It would also give a process
that handles uploaded pictures access to much more than it needs.
"""

import os
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
# How far a program gives way to others: if nobody waits for it, and if someone does. On a busy
# machine the lowest priority would get no processor for minutes.
BACKGROUND, AWAITED = 10, 5
# These modules need no database and no secrets, so they do not get our environment variables.
ENVIRONMENT = {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}


def program(module: str, *arguments: object, niceness: int = 0) -> dict[str, Any]:
    """Return the keyword arguments for `subprocess` to run a module with these `arguments`.

    It runs at `niceness`, or at that of the process which starts it if that is higher.
    """
    return {
        "args": [sys.executable, __file__, str(niceness), module, *map(str, arguments)],
        "cwd": PACKAGE.parent,
        "env": ENVIRONMENT,
    }


def main() -> None:
    """Run the module that the arguments name."""
    sys.path[0] = str(PACKAGE.parent)
    package = ModuleType(PACKAGE.name)
    package.__path__ = [str(PACKAGE)]
    sys.modules[PACKAGE.name] = package
    os.nice(max(0, int(sys.argv[1]) - os.nice(0)))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
