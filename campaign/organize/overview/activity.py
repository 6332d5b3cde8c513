"""What happened since yesterday: a digest of the activity log and of what came in.

It shows only what its reader may see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from campaign.accounts.audit import entries_since
from campaign.accounts.audit_models import AuditEntry
from campaign.kiosk.queries import stored_since
from campaign.organize.core.identity import causes_where, may
from campaign.organize.people.audit_labels import CHANNELS
from campaign.organize.people.audit_texts import EntryLabels, titles_of
from campaign.signatures.search.queries import held_since

MAX_ENTRIES = 12
MAX_READ = 400
# The permission that lets an organizer read about these actions. Listed is what changes for
# supporters, not each view or small edit.
SEEN_BY = {
    "causes.see": (
        "causes.publish",
        "causes.schedule",
        "causes.close",
        "causes.reopen",
        "causes.archive",
    ),
    "petitions.see": (
        *(
            "petitions.create",
            "petitions.edit",
            "petitions.publish",
            "petitions.open",
            "petitions.close",
            "petitions.reopen",
        ),
        *("petitions.schedule", "petitions.archive", "handovers.record"),
    ),
    "answers.see": (
        "answers.receive",
        "answers.publish",
        "answers.withdraw",
        "answers.result",
    ),
    "events.see": (
        "events.create",
        "events.publish",
        "events.schedule",
        "events.close",
        "events.reopen",
        "events.cancel",
    ),
    "updates.see": ("updates.publish", "updates.withdraw"),
    "registrations.email": ("event_messages.send", "event_messages.stop", "event_messages.done"),
    "mail.see": (
        *("mail.plan", "mail.pause", "mail.resume", "mail.stop", "mail.done"),
        *("answers.tell", "answers.pause", "answers.resume", "answers.stop", "answers.told"),
        *("answers.tell_result", "answers.pause_result", "answers.resume_result"),
        *("answers.stop_result", "answers.told_result"),
    ),
    "signatures.review": (
        *(
            "signatures.let_through",
            "signatures.reject",
            "signatures.merge",
            "signatures.withdraw",
            "comments.show",
            "comments.hide",
        ),
        *("corrections.show", "corrections.refuse"),
        *("bulk.approve", "bulk.reject", "bulk.show", "bulk.hide", "bulk.undo"),
        *("kiosks.let_in", "kiosks.reject"),
    ),
    "signatures.import": ("imports.bring_in", "imports.undo"),
    "signatures.export": ("exports.ask", "exports.download"),
    "rules.edit": ("rules.on", "rules.off", "rules.hold_past", "rules.release"),
    "kiosks.see": ("kiosks.pair", "kiosks.revoke"),
    "people.see": ("people.invite", "people.take", "people.remove"),
    "keys.edit": ("keys.create", "keys.doubt", "keys.revoke"),
    "retention.edit": (
        "retention.edit",
        "retention.tell",
        "retention.erase",
        "petitions.quiet",
        "petitions.loud",
    ),
}
PERMISSION = {action: permission for permission, actions in SEEN_BY.items() for action in actions}


@dataclass(frozen=True)
class ActivityItem:
    """One line: `who` did `what` to the item called `title`.

    `more` says how often or how many. `action` is the action's code.
    """

    at: datetime
    action: str
    who: Any
    what: Any
    title: str = ""
    more: str = ""


@dataclass(frozen=True)
class _Place:
    cause_id: int


def recent_activity(since: datetime) -> list[ActivityItem]:
    """Return the ActivityItems since an instant, the newest first, at most MAX_ENTRIES."""
    entries_read = [
        entry for entry in entries_since(since, [*PERMISSION], limit=MAX_READ) if _may_read(entry)
    ]
    groups: dict[tuple[Any, ...], list[AuditEntry]] = {}
    for entry in entries_read:
        groups.setdefault(
            (entry.organizer_id, entry.channel, entry.action, entry.subject_kind, entry.subject_id),
            [],
        ).append(entry)
    titles, labels = titles_of(entries_read), EntryLabels.of(entries_read)
    logged = [_activity_item(group, titles, labels) for group in groups.values()]
    return sorted([*logged, *_came_in(since)], key=lambda row: row.at, reverse=True)[:MAX_ENTRIES]


def _may_read(entry: AuditEntry) -> bool:
    place = None if entry.cause_id is None else _Place(entry.cause_id)
    permission = PERMISSION[entry.action]
    # Entries without a cause are for admins only.
    return may(permission, place) if place else causes_where(permission) is None


def _activity_item(
    group: list[AuditEntry], titles: Mapping[Any, str], labels: EntryLabels
) -> ActivityItem:
    newest = group[0]
    who = newest.organizer.called if newest.organizer else CHANNELS[newest.channel]
    title = titles.get((newest.subject_kind, newest.subject_id), "")
    what = labels.action(newest)
    return ActivityItem(newest.at, newest.action, who, what, title, _more(group))


def _more(group: list[AuditEntry]) -> str:
    for name, label in COUNT_LABELS.items():
        if many := sum(
            number for entry in group if isinstance(number := entry.details.get(name), int)
        ):
            return label(many)
    return ngettext("%(num)s time", "%(num)s times", len(group)) if len(group) > 1 else ""


def _signatures(num: int) -> str:
    return ngettext(
        "%(figure)s signature", "%(figure)s signatures", num, figure=format_decimal(num)
    )


def _emails(num: int) -> str:
    return ngettext("%(figure)s email", "%(figure)s emails", num, figure=format_decimal(num))


COUNT_LABELS = {"signatures": _signatures, "letters": _emails}


def _came_in(since: datetime) -> Iterator[ActivityItem]:
    """Yield what no organizer did: what rules and the runner held, and what tablets sent."""
    if may("signatures.review") and (held := held_since(causes_where("signatures.review"), since)):
        many, newest = held
        text = ngettext(
            "%(count)s signature was held",
            "%(count)s signatures were held",
            many,
            count=format_decimal(many),
        )
        yield ActivityItem(newest, "signatures.held", "", text)
    for event, tablet, many, newest in (
        stored_since(causes_where("kiosks.see"), since) if may("kiosks.see") else ()
    ):
        text = ngettext(
            "sent %(count)s signature",
            "sent %(count)s signatures",
            many,
            count=format_decimal(many),
        )
        yield ActivityItem(
            newest,
            "kiosks.sent",
            _("Tablet “%(name)s”", name=tablet),
            text,
            event.text(g.lang).title,
        )
