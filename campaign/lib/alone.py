"""Runs one of our modules as a program, without the application around it: `python campaign/lib/alone.py MODULE [ARGUMENT …]`.

`python -m` would first make the whole house ready, which takes longer than what somebody waits for, and lets a process that
handles pictures from outside know far more than it needs.
"""

import runpy
import sys
from pathlib import Path
from types import ModuleType

HOUSE = Path(__file__).resolve().parents[1]


def main():
    sys.path[0] = str(HOUSE.parent)
    house = ModuleType(HOUSE.name)
    house.__path__ = [str(HOUSE)]
    sys.modules[HOUSE.name] = house
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
