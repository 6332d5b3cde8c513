"""Record in the activity log: changes with the values before and after, and who viewed what."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import func, select

from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.operations import enqueue_change_email
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import db, write
from campaign.organize.core.identity import actor
from campaign.signatures.models import Signature


class AuditEvent(NamedTuple):
    """What the activity log records: action, subject, cause, reason and plain details.

    `on` is the subject, a pair (kind, id). For an object that is only being created, `on` and
    `cause_id` are functions of the result.
    """

    action: str
    on: tuple[Any, ...] | Callable[..., Any] | None = None
    cause_id: Any = None
    reason: str = ""
    details: dict[str, Any] | None = None

    def with_changes(self, changes: list[dict[str, Any]]) -> Self:
        """Return this event with the changed fields added to its details."""
        return (
            self._replace(details={**(self.details or {}), "changes": changes}) if changes else self
        )

    def record_entry(self, who: Actor, result: Any) -> AuditEntry:
        """Record the audit event and return the entry."""
        cause_id: Any
        on, cause_id = (
            item(result) if callable(item) else item for item in (self.on, self.cause_id)
        )
        return record_audit_event(
            who,
            self.action,
            subject=on,
            cause_id=cause_id,
            reason=self.reason,
            details=self.details,
        )


def act(
    audit_event: AuditEvent,
    operation: Callable[..., Any],
    /,
    *,
    then: Callable[[AuditEntry, Any], Any] | None = None,
    **named: Any,
) -> Any:
    """Run `operation(**named)` and record `audit_event` in one transaction.

    Return the operation's result.

    `then(entry, result)` runs in that transaction too, for example to queue emails.
    """
    who = actor()

    def operate_and_record() -> Any:
        before = state_of(audit_event.on)
        result = operation(**named)
        entry = audit_event.with_changes(
            changes_between(before, state_of(audit_event.on))
        ).record_entry(who, result)
        if then is not None:
            then(entry, result)
        return result

    return write(operate_and_record)


def act_on_some(audit_event: AuditEvent, operation: Callable[..., Any], /, **named: Any) -> Any:
    """Run an operation that returns the ids of the signatures it changed, and record these ids.

    Nothing is recorded if there are none.
    """
    who = actor()

    def operate_and_record() -> Any:
        ids = operation(**named)
        if ids:
            audit_event._replace(details={"signatures": sorted(ids)}).record_entry(who, ids)
        return ids

    return write(operate_and_record)


def act_on_account(
    action: str,
    operation: Callable[..., Any],
    /,
    *,
    organizer_id: int,
    details: dict[str, Any] | None = None,
    **named: Any,
) -> Any:
    """Run a change to an organizer's account, record it, and email the organizer about it."""
    who = actor()

    def operate_and_tell() -> Any:
        result = operation(organizer_id=organizer_id, **named)
        entry = record_audit_event(
            who, action, subject=("organizer", organizer_id), details=details
        )
        enqueue_change_email(entry, organizer_by_id(organizer_id))
        return result

    return write(operate_and_tell)


def log_view(*audit_events: AuditEvent) -> None:
    """Record that someone viewed personal data, or did something else that changes nothing."""
    who = actor()
    if audit_events:
        write(lambda: [audit_event.record_entry(who, None) for audit_event in audit_events])


# The columns of a picture. Its digest shows whether it was replaced.
PICTURE = "digest focal_x focal_y alts"
# Kind of subject → (table, column that refers to the subject, columns to record). A test demands
# every other column of these tables, and every other table, in its list of exceptions.
AUDITED_COLUMNS = {
    "organisation": (
        (
            *("organisation", "id"),
            (
                "slug website profiles accent pattern legal_name legal_form register_number postal_address country telephone email"
                " data_protection_contact representative supervisory_authority sender_name sender_address reply_to"
            ),
        ),
        (
            *("organisation_text", "organisation_id"),
            "name summary home_text footer_text imprint privacy_text",
        ),
        ("organisation_image", "organisation_id", "media_type digest"),
    ),
    "cause": (
        ("cause", "id", "slug state palette shape publish_at time_zone"),
        ("cause_text", "cause_id", "title summary story"),
    ),
    "petition": (
        (
            *("petition", "id"),
            (
                "slug state goal opens_at closes_at publish_at time_zone deliver_on deliver_places required_fields questions confirmation"
                " two_per_address neutral_emails offers_answers sends_thanks has_butterflies is_quiet retention_days delivered_names"
                " delivered_details shows_thresholds archived_at result result_on"
            ),
        ),
        ("petition_text", "version_id", "title summary published_by body kind_texts"),
        (
            *("petition_wording", "petition_id"),
            (
                "confirm_subject confirm_opening reminder_subject reminder_opening thanks_subject thanks_text"
                " news_addition after_signing after_confirming"
            ),
        ),
        ("letter_settings", "petition_id", "way period selection max_per_hour offers_reply"),
        ("target", "petition_id", "names"),
        ("delivery_threshold", "petition_id", "count note done_at"),
        ("embedding", "petition_id", "allowed origins"),
        ("share_text", "petition_id", "body"),
        ("picture", "owner_id", PICTURE),
    ),
    "answer": (
        ("answer", "id", "state outcome day answered_by target_names original_lang texts"),
        ("answer_document", "answer_id", "media_type digest"),
    ),
    # The log is permanent. So it has neither the names of targets nor how to reach them, which are
    # erased after a target was removed.
    "target": (
        (
            *("target_profile", "id"),
            "target_kind offices bodies party area area_names languages time_zone checked_on valid_from valid_until",
        ),
    ),
    "event": (
        (
            *("event", "id"),
            (
                "slug state zone starts_local ends_local town country latitude longitude online_url online_for is_free registration capacity"
                " most_seats questions people languages remembered attendance archived_at publish_at registration_closed"
            ),
        ),
        ("event_text", "event_id", "kind title place address body access price notice programme"),
        ("event_petition", "event_id", "petition_id"),
        ("picture", "owner_id", PICTURE),
    ),
    "update": (
        ("campaign_update", "id", "slug state event_id publish_at time_zone"),
        ("campaign_update_text", "update_id", "title summary body"),
        ("campaign_update_petition", "update_id", "petition_id"),
        ("campaign_update_body_picture", "update_id", "digest alts"),
        ("picture", "owner_id", PICTURE),
        ("mailing", "update_id", "state starts_at langs kinds per_minute"),
    ),
    "event_message": (("event_message", "id", "state audience texts"),),
    "rule": (("rule", "id", "note on_since off_since"),),
    "kiosk": (("kiosk", "id", "name expires_at revoked_at"),),
}
# (table, column) → field, where another table of the same subject has a column of that name too.
OTHER_FIELDS = {("mailing", "state"): "mailing_state", ("share_text", "body"): "share_texts"}
# Columns that refer to a row which the log names by its slug → table of that row.
NAMED_BY_SLUG = {"event_id": "event", "petition_id": "petition"}
# The columns that distinguish several rows of one subject, such as language, position or number.
PART_COLUMNS = ("lang", "position", "purpose", "number")
MAX_CHANGES = 40
MAX_LENGTH = 160
# Keep this many unchanged characters before the first difference.
BEFORE_DIFFERENCE = 30


def state_of(subject: Any) -> dict[tuple[str, str], str | bool]:
    """Return {(field, value of one of PART_COLUMNS): value} for a subject (kind, id).

    Return {} for a kind whose changes the activity log does not record.
    """
    if not isinstance(subject, tuple) or subject[0] not in AUDITED_COLUMNS:
        return {}
    state: dict[tuple[str, str], str | bool] = {}
    for name, key, columns in AUDITED_COLUMNS[subject[0]]:
        table = db.metadata.tables[name]
        fields = [OTHER_FIELDS.get((name, item), item) for item in columns.split()]
        chosen = [_readable(table.c[item]) for item in columns.split()]
        part = next(
            (table.c[item] for item in PART_COLUMNS if item in table.c and key != "id"), None
        )
        query = select(*chosen, *([] if part is None else [part])).where(
            table.c[key] == _named(key, subject[1])
        )
        if key == "owner_id":
            query = query.where(table.c.kind == subject[0])
        if "retired_at" in table.c:
            query = query.where(table.c.retired_at.is_(None))
        for row in db.session.execute(query.order_by(*table.primary_key)):
            at = "" if part is None else _part_text(part.name, row[-1])
            for field, value in zip(fields, row, strict=False):
                text = _as_text(value)
                # A petition has several share texts in one language.
                state[field, at] = f"{state[field, at]} | {text}" if (field, at) in state else text
    return state


def _readable(column: Any) -> Any:
    """Return the column, or for one that refers to another row the slug of that row."""
    if column.name not in NAMED_BY_SLUG:
        return column
    other = db.metadata.tables[NAMED_BY_SLUG[column.name]].c
    return select(other.slug).where(other.id == column).scalar_subquery()


def _part_text(name: str, value: Any) -> str:
    """Return the value of one of PART_COLUMNS as text. Positions count from 0, numbers from 1."""
    return str(value - 1 if name == "number" else value)


def changes_between(
    before: dict[tuple[str, str], str | bool], after: dict[tuple[str, str], str | bool]
) -> list[dict[str, Any]]:
    """Return the differences between two states as plain dictionaries.

    Each has `field`, `part` (a value of one of PART_COLUMNS), `before` and `after`.
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


def changed_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the differences between the values of two mappings, as `changes_between` does."""
    old, new = (
        {(name, ""): _as_text(value) for name, value in item.items()} for item in (before, after)
    )
    return changes_between(old, new)


def _named(key: str, subject_id: Any) -> Any:
    """Return the value for the key column. A petition's texts belong to its newest version."""
    if key != "version_id":
        return subject_id
    version = db.metadata.tables["petition_version"].c
    return select(func.max(version.id)).where(version.petition_id == subject_id).scalar_subquery()


def _as_text(value: Any) -> str | bool:
    """Return a value as text. Booleans stay booleans."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return "; ".join(text for item in value.values() if (text := str(_as_text(item))))
    if isinstance(value, list | tuple):
        return ", ".join(text for item in value if (text := str(_as_text(item))))
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


def log_list_view(
    rows: Iterable[Signature], by: list[str], on: tuple[str, int] | None = None
) -> None:
    """Record that a list of signatures was shown.

    Each cause gets its own entry, which its owners can read. `by` names the search fields that were
    used.
    """
    causes = Counter(row.cause_id for row in rows)
    log_view(
        *(
            AuditEvent(
                "signatures.see", on=on, cause_id=cause_id, details={"by": by, "shown": many}
            )
            for cause_id, many in causes.items()
        )
    )


def log_each_view(signatures: Iterable[Signature]) -> None:
    """Record for each signature that it was shown, so that a search of the log finds it."""
    log_view(
        *(
            AuditEvent(
                "signatures.see",
                on=("signature", signature.id),
                cause_id=signature.cause_id,
                details={"shown": 1},
            )
            for signature in signatures
        )
    )
