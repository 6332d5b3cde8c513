"""Tasks from people's input: signatures, comments, table records, registrations, paper lists."""

from collections.abc import Iterator

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from campaign.events.queries import events_among
from campaign.events.registration_search import held_by_event
from campaign.imports.queries import batches_among
from campaign.kiosk.review_queries import many_for_review
from campaign.organize.identity import causes_where, may
from campaign.organize.overview.task import Task
from campaign.organize.scope import petitions_where
from campaign.process.clock import utcnow
from campaign.signatures.corrections import count_held_corrections
from campaign.signatures.name_display import many_asked_at
from campaign.signatures.search import held_by_reason, how_many_unread


def to_review() -> Iterator[Task]:
    if not may("signatures.review"):
        return
    ids = [petition.id for petition in petitions_where("signatures.review")]
    if held := sum(held_by_reason(ids).values()):
        words = ngettext(
            "Review %(figure)s held signature",
            "Review %(figure)s held signatures",
            held,
            figure=_figure(held),
        )
        yield Task(words, _("View"), url_for("organize.held.index"))
    if corrections := count_held_corrections(ids):
        words = ngettext(
            "Review %(figure)s changed name",
            "Review %(figure)s changed names",
            corrections,
            figure=_figure(corrections),
        )
        yield Task(words, _("View"), url_for("organize.corrections.index"))
    events = events_among(causes_where("signatures.review"))
    waiting = many_for_review([event.id for event in events])
    for event in events:
        if kept := waiting.get(event.id):
            words = ngettext(
                "Review %(num)s signature from a table",
                "Review %(num)s signatures from a table",
                kept,
            )
            yield Task(words, _("View"), url_for("organize.kiosks.review", slug=event.slug))
    asked = many_asked_at([event.id for event in events])
    for event in events:
        if names := asked.get(event.id):
            words = ngettext(
                "Approve %(num)s full name from a table",
                "Approve %(num)s full names from a table",
                names,
            )
            yield Task(words, _("View"), url_for("organize.kiosks.names", slug=event.slug))
    if unread := how_many_unread(ids):
        words = ngettext(
            "Review %(figure)s comment",
            "Review %(figure)s comments",
            unread,
            figure=_figure(unread),
        )
        yield Task(words, _("Review"), url_for("organize.comments.index"))


def to_seat() -> Iterator[Task]:
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
            words = ngettext(
                "Review %(num)s held registration",
                "Review %(num)s held registrations",
                many,
            )
            yield Task(
                words,
                _("View"),
                url_for("organize.events.registrations", slug=event.slug, state="held"),
            )


def from_paper() -> Iterator[Task]:
    if not may("signatures.import"):
        return
    begun = [batch for batch in batches_among(causes_where("signatures.import")) if batch.is_open]
    if begun:
        words = ngettext("Import %(num)s paper list", "Import %(num)s paper lists", len(begun))
        yield Task(words, _("Open"), url_for("organize.imports.index"))


def _figure(many: int) -> str:
    return format_decimal(many, locale=get_locale())
