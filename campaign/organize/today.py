"""What waits for somebody in a cause: the tasks that the overview begins with, each told to who may do it."""

from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.events.queries import events_among
from campaign.imports.queries import batches_among
from campaign.kiosk.queries import many_for_review
from campaign.organize.presence import may
from campaign.signatures.finding import held_by_reason, how_many_unread
from campaign.updates.queries import updates_among


class Task(NamedTuple):
    """Something to do; `act` stands on the button that leads to `address`."""

    words: str
    act: str
    address: str


def tasks_of(cause, petitions):
    """Return the Tasks in a cause with these petitions, the most pressing first."""
    events = events_among([cause.id])
    may_review = may("signatures.review", cause)
    return [
        *(_to_review(petitions, events) if may_review else ()),
        *(_from_paper(cause) if may("signatures.import", cause) else ()),
        *_drafts(cause, petitions=petitions, events=events, updates=updates_among([cause.id])),
    ]


def _to_review(petitions, events):
    ids = [petition.id for petition in petitions]
    if held := sum(held_by_reason(ids).values()):
        words = ngettext("Look at %(num)s held signature", "Look at %(num)s held signatures", held)
        yield Task(words, _("Look"), url_for("organize.held.index"))
    waiting = many_for_review([event.id for event in events])
    for event in events:
        if kept := waiting.get(event.id):
            words = ngettext("Look at %(num)s signature kept by a table", "Look at %(num)s signatures kept by a table", kept)
            yield Task(words, _("Look"), url_for("organize.kiosks.review", slug=event.slug))
    if unread := how_many_unread(ids):
        words = ngettext("Read %(num)s comment", "Read %(num)s comments", unread)
        yield Task(words, _("Read"), url_for("organize.comments.index"))


def _from_paper(cause):
    begun = [batch for batch in batches_among([cause.id]) if batch.is_open]
    if begun:
        words = ngettext("Bring in %(num)s list from paper", "Bring in %(num)s lists from paper", len(begun))
        yield Task(words, _("Open"), url_for("organize.imports.index"))


def _drafts(cause, **things):
    for room, words in (("petitions", _petition_drafts), ("events", _event_drafts), ("updates", _update_drafts)):
        drafts = [each for each in things[room] if each.state == "draft" and not getattr(each, "archived_at", None)]
        if drafts and may(f"{room}.edit", cause):
            yield Task(words(len(drafts)), _("Write"), url_for(f"organize.{room}.index"))


def _petition_drafts(num):
    return ngettext("Finish %(num)s draft of a petition", "Finish %(num)s drafts of petitions", num)


def _event_drafts(num):
    return ngettext("Finish %(num)s draft of an event", "Finish %(num)s drafts of events", num)


def _update_drafts(num):
    return ngettext("Finish %(num)s draft of an update", "Finish %(num)s drafts of updates", num)
