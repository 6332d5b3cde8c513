"""Measure, print one table, write docs/performance.md.

Usage: `python -m bench [ROW …] [--quick] [--rows N]`.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.rows import (
    announcements,
    copying,
    crowds,
    exports,
    finding,
    first_picture,
    growth,
    hatching,
    large_crowds,
    mail,
    montage,
    moving,
    pages,
    same_answer,
    search,
    signing,
    starting,
    table,
    watching,
    weight,
)

ROWS = {
    "signing": signing,
    "same": same_answer,
    "pages": pages,
    "crowds": crowds,
    "watching": watching,
    "hatching": hatching,
    "mail": mail,
    "montage": montage,
    "exports": exports,
    "moving": moving,
    "copying": copying,
    "find": finding,
    "search": search,
    "starting": starting,
    "weight": weight,
    "picture": first_picture,
    "table": table,
}
# Sections of the page.
HEADINGS = {
    "Signing": ("signing", "same"),
    "Pages and counts": ("pages", "crowds", "watching"),
    "Counting": ("hatching",),
    "Emails": ("mail",),
    "Montage and pictures": ("montage", "picture"),
    "Exports, imports and moving": ("exports", "moving", "copying"),
    "Finding and searching": ("find", "search"),
    "Starting and loading": ("starting", "weight"),
    "At a table": ("table",),
}
# These are measured only when asked for. Growth takes an hour with six million signatures. An
# announcement to half a million people takes longer than all others together. Large crowds need
# more open files than most systems allow.
ASKED = {"growth": growth, "announcements": announcements, "watchers": large_crowds}


@dataclass(frozen=True)
class Scale:
    """How long each measurement runs (seconds) and how often the servers alternate."""

    seconds: float
    rounds: int


QUICK = Scale(seconds=2, rounds=1)
FULL = Scale(seconds=4, rounds=3)


def main():
    arguments = _arguments()
    scale = QUICK if arguments.quick else FULL
    rows_by_name = {}
    for name in arguments.rows or ROWS:
        with tempfile.TemporaryDirectory(prefix="volante-bench-") as folder:
            options = (
                {"signatures": arguments.rows_wanted}
                if arguments.rows_wanted and name in ("find", "growth", "announcements")
                else {}
            )
            for row in (ROWS | ASKED)[name].measure(scale, Path(folder), **options):
                rows_by_name.setdefault(name, []).append(row)
                print(report.line(row), flush=True)
    if not arguments.rows and not arguments.quick:
        rows_by_heading = {
            heading: [row for name in names for row in rows_by_name[name]]
            for heading, names in HEADINGS.items()
        }
        report.write_page(rows_by_heading, f"{scale.rounds} rounds of {scale.seconds} seconds")


def _arguments():
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Volante beside its baselines."
    )
    parser.add_argument(
        "rows",
        nargs="*",
        choices=[[], *ROWS, *ASKED],
        metavar="ROW",
        help=f"Rows to measure: {', '.join(ROWS)}; or {', '.join(ASKED)}. Default: all but these.",
    )
    parser.add_argument(
        "--rows",
        dest="rows_wanted",
        type=int,
        metavar="N",
        help="Number of signatures for `find`, `growth` and `announcements`, such as 6000000.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="Measure briefly, to see whether a change helps."
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
