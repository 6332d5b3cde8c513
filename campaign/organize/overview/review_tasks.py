"""Tasks to review: held signatures, names, comments and registrations."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.events.queries import events_among
from campaign.events.registration_search import held_by_event
from campaign.kiosk.review.queries import many_for_review
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petitions_where
from campaign.organize.overview.task import Task, figure
from campaign.process.clock import utcnow
from campaign.signatures.moderation.decisions import count_held_corrections
from campaign.signatures.name_display import count_waiting_names
from campaign.signatures.search.queries import count_unread_comments, held_by_reason


def to_review() -> Iterator[Task]:
    if not may("signatures.review"):
        return
    ids = [petition.id for petition in petitions_where("signatures.review")]
    if held := sum(held_by_reason(ids).values()):
        text = ngettext(
            "Review %(figure)s held signature",
            "Review %(figure)s held signatures",
            held,
            figure=figure(held),
        )
        yield Task(text, _("Review"), url_for("organize.held.index"))
    if corrections := count_held_corrections(ids):
        text = ngettext(
            "Review %(figure)s changed name",
            "Review %(figure)s changed names",
            corrections,
            figure=figure(corrections),
        )
        yield Task(text, _("Review"), url_for("organize.corrections.index"))
    events = events_among(causes_where("signatures.review"))
    waiting = many_for_review([event.id for event in events])
    for event in events:
        if records := waiting.get(event.id):
            text = ngettext(
                "Review %(num)s signature from a table",
                "Review %(num)s signatures from a table",
                records,
            )
            yield Task(text, _("Review"), url_for("organize.kiosks.review", slug=event.slug))
    waiting_names = count_waiting_names([event.id for event in events])
    for event in events:
        if names := waiting_names.get(event.id):
            text = ngettext(
                "Approve %(num)s full name from a table",
                "Approve %(num)s full names from a table",
                names,
            )
            yield Task(text, _("Review"), url_for("organize.kiosks.names", slug=event.slug))
    if unread := count_unread_comments(ids):
        text = ngettext(
            "Review %(figure)s comment",
            "Review %(figure)s comments",
            unread,
            figure=figure(unread),
        )
        yield Task(text, _("Review"), url_for("organize.comments.index"))


def held_registrations() -> Iterator[Task]:
    if not may("registrations.check_in"):
        return
    now = utcnow()
    ahead = [
        event
        for event in events_among(causes_where("registrations.check_in"))
        if event.ends_at > now
    ]
    held = held_by_event([event.id for event in ahead])
    for event in ahead:
        if many := held.get(event.id):
            text = ngettext(
                "Review %(num)s held registration",
                "Review %(num)s held registrations",
                many,
            )
            yield Task(
                text,
                _("Review"),
                url_for("organize.events.registrations", slug=event.slug, state="held"),
            )
