"""Measure, print one table, write docs/performance.md.

Usage: `python -m bench [ROW …] [--quick] [--rows N]`.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.rows import (
    crowds,
    exports,
    finding,
    first_picture,
    hatching,
    montage,
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
    "montage": montage,
    "exports": exports,
    "find": finding,
    "search": search,
    "starting": starting,
    "weight": weight,
    "picture": first_picture,
    "table": table,
}


@dataclass(frozen=True)
class Scale:
    """How long each measurement runs (seconds) and how often the servers alternate."""

    seconds: float
    rounds: int


QUICK = Scale(seconds=2, rounds=1)
WHOLE = Scale(seconds=4, rounds=3)


def main():
    asked = _arguments()
    scale = QUICK if asked.quick else WHOLE
    rows = []
    for name in asked.rows or ROWS:
        with tempfile.TemporaryDirectory(prefix="volante-bench-") as folder:
            more = {"signatures": asked.rows_wanted} if asked.rows_wanted and name == "find" else {}
            for row in ROWS[name].measure(scale, Path(folder), **more):
                rows.append(row)
                print(report.line(row), flush=True)
    if not asked.rows and not asked.quick:
        report.write_page(rows, f"{scale.rounds} rounds of {scale.seconds} seconds")


def _arguments():
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Volante beside its baselines."
    )
    parser.add_argument(
        "rows",
        nargs="*",
        choices=[[], *ROWS],
        metavar="ROW",
        help=f"one of {', '.join(ROWS)}; without, all",
    )
    parser.add_argument(
        "--rows",
        dest="rows_wanted",
        type=int,
        metavar="N",
        help="how many signatures `find` searches, such as 5000000",
    )
    parser.add_argument(
        "--quick", action="store_true", help="short runs, to see whether a change helps"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
