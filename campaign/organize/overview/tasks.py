"""The tasks that the overview begins with, each for people who may do it.

Those about petitions and letters are in `petition_tasks`. Here are those about events, mailings,
files, partners, the set-up and drafts, and the order of all.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.accounts.permissions import EVERYWHERE
from campaign.api.queries import keys_among
from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.events.registration_search import held_by_event
from campaign.exports.models import Export
from campaign.exports.queries import exports_of, subscriber_exports
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale, short_weekday_and_day
from campaign.i18n.long_dates import long_date, short_date
from campaign.imports.queries import batches_among
from campaign.imports.subscribers.queries import subscriber_imports
from campaign.kiosk.queries import gaps_of, kiosks_of
from campaign.mail.queries import waiting_since
from campaign.organize.core.identity import causes_where, may, organisations_where, organizer
from campaign.organize.core.scope import petitions_where
from campaign.organize.overview.petition_tasks import (
    Task,
    answers_to_announce,
    answers_to_read,
    deliveries_due,
    letters_that_stay,
    missing_results,
    scheduled_erasures,
    to_review,
    unlimited_retentions,
)
from campaign.organize.setup.steps import setup_steps
from campaign.organize.statistics.figures import zone
from campaign.petitions.models import Petition
from campaign.petitions.queries import petitions_among
from campaign.process.clock import utcnow
from campaign.updates.mailing import mailings_among
from campaign.updates.models import Update
from campaign.updates.queries import updates_among

# An email or a scheduled draft that is later than this is stuck: no worker has picked it up.
LATE_AFTER = timedelta(minutes=15)
# The tasks of an event begin this long before it, and end this long after it.
BEFORE, AFTER = timedelta(days=14), timedelta(days=2)


def tasks_for_today() -> list[Task]:
    """Return the Tasks of the signed-in organizer in all their causes, the most urgent first."""
    now = utcnow()
    return [
        *to_review(),
        *answers_to_read(),
        *answers_to_announce(now),
        *held_registrations(),
        *at_events(now),
        *stuck_mail(now),
        *letters_that_stay(now),
        *failed_files(),
        *failed_subscriber_files(),
        *open_imports(),
        *suspect_keys(),
        *deliveries_due(),
        *scheduled_erasures(),
        *unlimited_retentions(),
        *missing_results(now),
        *unfinished_setup(),
        *drafts(),
    ]


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


def at_events(now: datetime) -> list[Task]:
    """Return the Tasks of near events, for people who staff tables.

    Tablets that need attention come first, then the next event.
    """
    if not may("kiosks.see"):
        return []
    near = [
        event
        for event in reversed(events_among(causes_where("kiosks.see")))
        if _is_near(event, now)
    ]
    tasks = [task for event in near for task in _tablets(event, now)]
    return tasks + [_coming(event) for event in near if event.ends_at > now][:1]


def _is_near(event: Event, now: datetime) -> bool:
    return (
        event.state == "published"
        and event.starts_at <= now + BEFORE
        and now - AFTER < event.ends_at
    )


def _tablets(event: Event, now: datetime) -> Iterator[Task]:
    for kiosk in kiosks_of(event.id):
        state, name = kiosk.state(now), kiosk.name
        if kiosk.is_silent(now) and state != "revoked":
            text = ngettext(
                "Find tablet “%(name)s”. It has %(num)s unsent signature and no contact since %(time)s",
                "Find tablet “%(name)s”. It has %(num)s unsent signatures and no contact since %(time)s",
                kiosk.waiting,
                name=name,
                time=_day_and_time(cast(datetime, kiosk.last_seen_at), event),
            )
        elif kiosk.waiting and state in ("away", "expired"):
            text = ngettext(
                "Connect tablet “%(name)s” to the internet to send %(num)s signature",
                "Connect tablet “%(name)s” to the internet to send %(num)s signatures",
                kiosk.waiting,
                name=name,
            )
        elif state == "away" and event.starts_at <= now < event.ends_at:
            since = clock_time(kiosk.last_seen_at, current_locale(), ZoneInfo(event.zone))
            text = _("Check tablet “%(name)s”. Last contact: %(time)s", name=name, time=since)
        elif state != "revoked" and gaps_of(kiosk.id):
            text = _(
                "Check tablet “%(name)s”, because some of its signatures have not arrived",
                name=name,
            )
        else:
            continue
        yield Task(text, _("View"), url_for("organize.kiosks.show", slug=event.slug))


def _coming(event: Event) -> Task:
    when = _day_and_time(event.starts_at, event)
    text = _(
        "Prepare the table for “%(title)s”: %(when)s", title=event.text(g.lang).title, when=when
    )
    return Task(text, _("Open"), url_for("organize.kiosks.show", slug=event.slug))


def _day_and_time(instant: datetime, event: Event) -> str:
    """Format an instant in the time zone of the event."""
    local, locale = instant.astimezone(ZoneInfo(event.zone)), current_locale()
    day = long_date(local, locale, short_weekday_and_day(g.lang))
    return f"{day}, {clock_time(local, locale)}"


def stuck_mail(now: datetime) -> Iterator[Task]:
    """Yield mailings that will not continue on their own, for people who may send them.

    Admins also learn when no email leaves at all.
    """
    updates = updates_among(causes_where("mail.send")) if may("mail.send") else ()
    mailings = mailings_among(update.id for update in updates)
    for update in updates:
        state = mailings[update.id].state if update.id in mailings else ""
        if state == "paused":
            text = _("Resume or stop the mailing of “%(title)s”", title=update.text(g.lang).title)
        elif state in ("planned", "sending") and update.state == "draft":
            text = _(
                "Publish “%(title)s” again or stop its mailing, which is paused",
                title=update.text(g.lang).title,
            )
        else:
            continue
        yield Task(text, _("View"), url_for("organize.mail.show", slug=update.slug))
    if causes_where("mail.send") is EVERYWHERE and (since := waiting_since(now - LATE_AFTER)):
        yield Task(
            _(
                "Check the background worker and the mail server. Oldest unsent email: %(time)s",
                time=_hour(since, now),
            ),
            _("View"),
            url_for("organize.mail.index"),
        )


def _hour(at: datetime, now: datetime) -> str:
    """Return the time of day of an instant today, and the date of any other."""
    local = at.astimezone(zone())
    if local.date() == now.astimezone(zone()).date():
        return clock_time(local, current_locale())
    return short_date(local, current_locale())


def failed_files() -> Iterator[Task]:
    """Yield the files that the signed-in organizer requested and that could not be made."""
    ids = (
        [petition.id for petition in petitions_where("signatures.export")]
        if may("signatures.export")
        else []
    )
    for export in exports_of(ids):
        if export.organizer_id == organizer().id and export.state == "failed":
            address = url_for("organize.exports.show", export_id=export.id)
            yield Task(_unfinished(export), _("View"), address)


def failed_subscriber_files() -> Iterator[Task]:
    """Yield the signed-in organizer's files of subscribers that could not be made or read."""
    exports = (
        subscriber_exports(
            causes_where("subscriptions.export"), organisations_where("subscriptions.export")
        )
        if may("subscriptions.export")
        else ()
    )
    for export in exports:
        if export.organizer_id == organizer().id and export.state == "failed":
            address = url_for("organize.subscribers.show", export_id=export.id)
            yield Task(_unfinished(export), _("View"), address)
    imports = (
        subscriber_imports(
            causes_where("subscriptions.import"), organisations_where("subscriptions.import")
        )
        if may("subscriptions.import")
        else ()
    )
    for item in imports:
        if item.organizer_id == organizer().id and item.has_failed:
            text = _("Fix the list “%(name)s”, because we could not import it", name=item.name)
            address = url_for("organize.subscribers.show_import", import_id=item.id)
            yield Task(text, _("View"), address)


def _unfinished(export: Export) -> str:
    return _("Create file %(number)s again, because we could not finish it", number=export.id)


def open_imports() -> Iterator[Task]:
    if not may("signatures.import"):
        return
    begun = [batch for batch in batches_among(causes_where("signatures.import")) if batch.is_open]
    if begun:
        text = ngettext("Import %(num)s paper list", "Import %(num)s paper lists", len(begun))
        yield Task(text, _("Open"), url_for("organize.imports.index"))


def suspect_keys() -> Iterator[Task]:
    """Yield the doubted keys of partners: too many of their people had signed before.

    Signatures sent with such a key must be confirmed by their signers.
    """
    for key in keys_among(causes_where("keys.edit")) if may("keys.edit") else ():
        if key.distrusted_at and not key.revoked_at:
            text = _(
                "Ask partner “%(name)s” why many of the people it sent had already signed",
                name=key.name,
            )
            yield Task(text, _("View"), url_for("organize.keys.index"))


def unfinished_setup() -> Iterator[Task]:
    """Yield the steps of the set-up that are left, skipped ones too, for admins."""
    left = [step for step in setup_steps() if not step.is_done] if may("site.edit") else []
    if left:
        text = ngettext(
            "Finish setting up your site: %(num)s step left",
            "Finish setting up your site: %(num)s steps left",
            len(left),
        )
        yield Task(text, _("Continue"), url_for("organize.setup.index"))


def drafts() -> Iterator[Task]:
    for section, things, label in (
        ("petitions", petitions_among, _petition_drafts),
        ("events", events_among, _event_drafts),
        ("updates", updates_among, _update_drafts),
    ):
        if may(f"{section}.edit"):
            begun = [thing for thing in things(causes_where(f"{section}.edit")) if _is_begun(thing)]
            if begun:
                yield Task(label(len(begun)), _("Write"), url_for(f"organize.{section}.index"))


def _is_begun(thing: Petition | Event | Update) -> bool:
    """Return whether a draft needs someone: it is neither archived nor scheduled for later."""
    at = getattr(thing, "publish_at", None)
    # A draft past its scheduled time lacks something, or it would have been published.
    return (
        thing.state == "draft"
        and not getattr(thing, "archived_at", None)
        and (at is None or at < utcnow() - LATE_AFTER)
    )


def _petition_drafts(num: int) -> str:
    return ngettext(
        "Finish %(num)s draft of a petition or letter",
        "Finish %(num)s drafts of petitions or letters",
        num,
    )


def _event_drafts(num: int) -> str:
    return ngettext("Finish %(num)s event draft", "Finish %(num)s event drafts", num)


def _update_drafts(num: int) -> str:
    return ngettext("Finish %(num)s draft update", "Finish %(num)s draft updates", num)
