"""What both programs of the crowd share: how they get their spec, and how they answer."""

import json
import resource
import sys
from typing import Any


def spec_from_arguments() -> dict[str, Any]:
    """Return the spec, which is the first argument, as JSON."""
    values: dict[str, Any] = json.loads(sys.argv[1])
    return values


def write_line(**values: object) -> None:
    """Write a JSON line for the program that started this one."""
    print(json.dumps(values), flush=True)


def raise_file_limit() -> None:
    """Let this process open as many files as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
