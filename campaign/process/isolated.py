"""Run one of our modules as a program without loading the application.

Usage: `python campaign/process/isolated.py MODULE [ARGUMENT …]`. `python -m` would import the whole
application first. That takes longer than people should wait. It would also give a process that
handles uploaded pictures access to much more than it needs.
"""

import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HOUSE = Path(__file__).resolve().parents[1]
# These modules need no database and no secrets, so they do not get our environment variables.
ENVIRONMENT = {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}


def program(module: str, *arguments: object) -> dict[str, Any]:
    """Return the keyword arguments for `subprocess` to run a module with these `arguments`."""
    return {
        "args": [sys.executable, __file__, module, *map(str, arguments)],
        "cwd": HOUSE.parent,
        "env": ENVIRONMENT,
    }


def main() -> None:
    """Run the module that the arguments name."""
    sys.path[0] = str(HOUSE.parent)
    house = ModuleType(HOUSE.name)
    house.__path__ = [str(HOUSE)]
    sys.modules[HOUSE.name] = house
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
