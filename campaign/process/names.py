"""Name a process after what it does."""

from contextlib import suppress
from pathlib import Path


def name_process(role: str) -> None:
    """Show `volante-<role>` in `ps -e` and `top`, because all processes are of one program.

    Linux keeps fifteen characters. Other systems show the program.
    """
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"volante-{role}")
