"""Compare a row before and after a change, field by field, for the activity log.

Only columns that organizers edit are listed. What supporters wrote is in none of these tables. Long
values are shortened.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from campaign.extensions import db

# Kind of subject → (table, column that refers to the subject, columns to record).
TOLD = {
    "cause": (
        ("cause", "id", "slug state palette shape publish_at time_zone"),
        ("cause_text", "cause_id", "title summary story"),
    ),
    "petition": (
        (
            *("petition", "id"),
            "slug state goal opens_at closes_at publish_at time_zone deliver_on deliver_places required_fields questions confirmation"
            " two_per_address retention_days handed_names handed_details archived_at",
        ),
        ("petition_text", "version_id", "title summary organisation body"),
        ("target", "petition_id", "names"),
        ("embedding", "petition_id", "allowed origins"),
        ("picture", "owner_id", "alts"),
    ),
    "event": (
        (
            *("event", "id"),
            "slug state zone starts_local ends_local town country online_url online_for is_free registration capacity most_seats questions"
            " people languages came archived_at publish_at registration_closed",
        ),
        ("event_text", "event_id", "kind title place address body access price notice programme"),
        ("picture", "owner_id", "alts"),
    ),
    "update": (
        ("campaign_update", "id", "slug state publish_at time_zone"),
        ("campaign_update_text", "update_id", "title summary body"),
        ("picture", "owner_id", "alts"),
        ("mailing", "update_id", "state starts_at langs kinds per_minute"),
    ),
    "rule": (("rule", "id", "note on_since off_since"),),
    "kiosk": (("kiosk", "id", "name"),),
}
MAX_CHANGES = 40
MAX_LENGTH = 160
# Keep this many unchanged characters before the first difference.
BEFORE_DIFFERENCE = 30


def state_of(subject: Any) -> dict[tuple[str, str], str | bool]:
    """Return {(field, language or position): value} for a subject (kind, id).

    Return {} for a kind whose changes the activity log does not record.
    """
    if not isinstance(subject, tuple) or subject[0] not in TOLD:
        return {}
    told = {}
    for name, key, columns in TOLD[subject[0]]:
        table = db.metadata.tables[name]
        chosen = [table.c[each] for each in columns.split()]
        part = next(
            (table.c[each] for each in ("lang", "position") if each in table.c and key != "id"),
            None,
        )
        query = select(*chosen, *([] if part is None else [part.label("_part")])).where(
            table.c[key] == _named(key, subject[1])
        )
        if key == "owner_id":
            query = query.where(table.c.kind == subject[0])
        for row in db.session.execute(query):
            told |= {
                (each.name, "" if part is None else str(row._part)): _said(getattr(row, each.name))
                for each in chosen
            }
    return told


def changes_between(
    before: dict[tuple[str, str], str | bool], after: dict[tuple[str, str], str | bool]
) -> list[dict[str, Any]]:
    """Return the differences between two states as plain dictionaries.

    Each has `field`, `part` (a language or a position), `before` and `after`.
    """
    changed = [key for key in {**before, **after} if before.get(key, "") != after.get(key, "")]
    return [
        {
            "field": field,
            "part": part,
            **_shortened(before.get((field, part), ""), after.get((field, part), "")),
        }
        for field, part in changed[:MAX_CHANGES]
    ]


def _named(key: str, subject_id: Any) -> Any:
    """Return the value for the key column; a petition's texts belong to its newest version."""
    if key != "version_id":
        return subject_id
    version = db.metadata.tables["petition_version"].c
    return select(func.max(version.id)).where(version.petition_id == subject_id).scalar_subquery()


def _said(value: Any) -> str | bool:
    """Return a value as text; booleans stay booleans."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return "; ".join(text for each in value.values() if (text := str(_said(each))))
    if isinstance(value, list | tuple):
        return ", ".join(text for each in value if (text := str(_said(each))))
    return str(value)


def _shortened(before: str | bool, after: str | bool) -> dict[str, str | bool]:
    """Return both texts, cut to the part where they begin to differ."""
    if (
        not isinstance(before, str)
        or not isinstance(after, str)
        or max(len(before), len(after)) <= MAX_LENGTH
    ):
        return {"before": before, "after": after}
    same = next(
        (at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]),
        min(len(before), len(after)),
    )
    start = max(0, same - BEFORE_DIFFERENCE)
    return {"before": _cut(before, start), "after": _cut(after, start)}


def _cut(text: str, start: int) -> str:
    part = text[start : start + MAX_LENGTH]
    return f"{'…' if start and part else ''}{part}{'…' if start + MAX_LENGTH < len(text) else ''}"
