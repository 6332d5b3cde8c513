"""Runs one of our modules as a program, without the application around it: `python campaign/process/isolated.py MODULE [ARGUMENT …]`.

`python -m` would first make the whole house ready, which takes longer than what somebody waits for, and lets a process that
handles pictures from outside know far more than it needs.
"""

import runpy
import sys
from pathlib import Path
from types import ModuleType

HOUSE = Path(__file__).resolve().parents[1]
# Such a module opens no database and needs no secret, so it is given none.
ENVIRONMENT = {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}


def program(module, *arguments):
    """Return the arguments by which `subprocess` runs the module of this name, each of its `arguments` as text."""
    return {
        "args": [sys.executable, __file__, module, *map(str, arguments)],
        "cwd": HOUSE.parent,
        "env": ENVIRONMENT,
    }


def main():
    sys.path[0] = str(HOUSE.parent)
    house = ModuleType(HOUSE.name)
    house.__path__ = [str(HOUSE)]
    sys.modules[HOUSE.name] = house
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
