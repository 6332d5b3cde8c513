"""The measurements, as a table on the screen and as a page of the documentation."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
HEAD = ("what", "Volante", "compared with", "target", "result")


@dataclass(frozen=True)
class Row:
    """One figure and what it is compared with. `reached` is None where there is no target."""

    label: str
    figure: str
    baseline: str = ""
    target: str = ""
    reached: bool | None = None
    note: str = ""

    def cells(self):
        verdict = {True: "reached", False: "MISSED", None: ""}[self.reached]
        return (
            self.label,
            self.figure,
            self.baseline,
            self.target,
            ", ".join(filter(None, (verdict, self.note))),
        )


def line(row):
    """Return one row for the screen, as soon as it is measured."""
    label, figure, baseline, target, verdict = row.cells()
    return f"{label:58} {figure:34} {baseline:48} {target:30} {verdict}"


def write_page(rows_by_heading, duration):
    """Write the documentation page. `duration` says how long each measurement took."""
    PAGE.parent.mkdir(exist_ok=True)
    tables = [f"## {heading}\n\n{_table(rows)}" for heading, rows in rows_by_heading.items()]
    PAGE.write_text("\n\n".join([_introduction(duration), *tables]) + "\n", encoding="utf-8")


def _table(rows):
    """Return the rows as a table, without columns that are empty in all of them."""
    columns = [
        column
        for column in zip(HEAD, *(row.cells() for row in rows), strict=True)
        if any(column[1:])
    ]
    head, *body = zip(*columns, strict=True)
    lines = [head, ("---",) * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _introduction(duration):
    return f"""# Performance

How fast Volante is, compared with baselines and targets. *Hatching* means that a confirmed signature is counted and gets its butterfly number.

- **Setup:** {datetime.now(UTC):%B %-d, %Y}, `make bench`, {os.cpu_count()} processors, {platform.system()} {platform.machine()},
  Python {platform.python_version()}, {duration}. Servers, databases and load clients ran on the same machine, over loopback.
- **Baselines**, in the column “compared with”, were measured in the same run, in turn with Volante. Each figure is the median of its rounds.
- **p99** means that 99 of 100 were at least as fast."""
