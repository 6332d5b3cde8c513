"""Check a whole file: what importing it would do, or what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from campaign.imports.tables import FileRefused
from campaign.imports.targets.operations import (
    MAX_PREVIEW,
    apply_area_codes,
    apply_targets,
    preview_of,
)
from campaign.imports.targets.planning import ADDED, plan_import
from campaign.imports.targets.reading import read_area_codes, read_targets
from campaign.imports.targets.rows import RowFault


@dataclass(frozen=True)
class CheckedFile:
    """What importing a file would do. With `faults`, it must not be imported.

    `apply` is the operation that imports it; it takes `import_id` and `now`.
    """

    counts: dict[str, int]
    preview: list[dict[str, Any]]
    faults: list[RowFault]
    apply: Callable[..., Any]


def check_file(*, kind: str, organisation_id: int, data: bytes, default_lang: str) -> CheckedFile:
    """Return what importing a file would do. `kind` is one of IMPORT_KINDS.

    Raise FileRefused if it cannot be read at all, or has no rows.
    """
    check = _check_area_codes if kind == "areas" else _check_targets
    checked = check(organisation_id, data, default_lang)
    if not any(checked.counts.values()) and not checked.faults:
        raise FileRefused("empty")
    return checked


def _check_targets(organisation_id: int, data: bytes, default_lang: str) -> CheckedFile:
    plan = plan_import(organisation_id, read_targets(data, default_lang))
    return CheckedFile(
        plan.counts, preview_of(plan), plan.faults, partial(apply_targets, plan=plan)
    )


def _check_area_codes(_organisation_id: int, data: bytes, _default_lang: str) -> CheckedFile:
    rows, faults = read_area_codes(data)
    preview = [
        {
            "outcome": ADDED,
            "name": f"{row['country']} {row['prefix']}",
            "area": row["area_name"] or row["area"],
        }
        for row in rows[:MAX_PREVIEW]
    ]
    return CheckedFile({"added": len(rows)}, preview, faults, partial(apply_area_codes, rows=rows))
