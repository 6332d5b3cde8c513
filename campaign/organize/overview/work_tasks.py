"""Tasks from our own work: mailings, files, data due for erasure, partners' keys, drafts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from babel.dates import format_date
from flask import g, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from campaign.accounts.permissions import EVERYWHERE
from campaign.api.queries import keys_among
from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.exports.export_queries import exports_of
from campaign.i18n.clock_times import clock_time
from campaign.mail.queries import waiting_since
from campaign.organize.identity import causes_where, may, organizer
from campaign.organize.overview.task import Task
from campaign.organize.scope import in_sight, petitions_where
from campaign.organize.statistics.figures import zone
from campaign.petitions.models import Petition
from campaign.petitions.queries import petitions_among
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erases_at, keeps_by_choice
from campaign.updates.mailing import mailings_among
from campaign.updates.models import Update
from campaign.updates.queries import updates_among

# An email or a scheduled draft that is later than this is stuck: no worker has picked it up.
LATE = timedelta(minutes=15)


def stuck_mail(now: datetime) -> Iterator[Task]:
    """Yield mailings that will not continue on their own, for people who may send them.

    Admins also learn when no email leaves at all.
    """
    updates = updates_among(causes_where("mail.send")) if may("mail.send") else ()
    mailings = mailings_among(update.id for update in updates)
    for update in updates:
        state = mailings[update.id].state if update.id in mailings else ""
        if state == "paused":
            words = _(
                "Continue or stop the mailing of “%(title)s”", title=update.text(g.lang).title
            )
        elif state in ("planned", "sending") and update.state == "draft":
            words = _(
                "“%(title)s” was unpublished. Its mailing is paused",
                title=update.text(g.lang).title,
            )
        else:
            continue
        yield Task(words, _("View"), url_for("organize.mail.show", slug=update.slug))
    if causes_where("mail.send") is EVERYWHERE and (since := waiting_since(now - LATE)):
        yield Task(
            _(
                "No email sent since %(time)s. Check the background worker and the mail server",
                time=_hour(since, now),
            ),
            _("View"),
            url_for("organize.mail.index"),
        )


def failed_files() -> Iterator[Task]:
    """Yield the files that the signed-in organizer requested and that could not be made."""
    ids = (
        [petition.id for petition in petitions_where("signatures.export")]
        if may("signatures.export")
        else []
    )
    for export in exports_of(ids):
        if export.organizer_id == organizer().id and export.state == "failed":
            words = _("Create file %(number)s again: it could not be finished", number=export.id)
            yield Task(words, _("View"), url_for("organize.exports.show", export_id=export.id))


def data_to_go() -> Iterator[Task]:
    """Yield the petitions whose owners were told that personal data will soon be erased."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if (
            petition.retention_told_at
            and not petition.retention_done_at
            and (at := erases_at(petition))
        ):
            day = format_date(at.astimezone(zone()), "long", locale=get_locale())
            words = _(
                "Personal data of “%(title)s” will be deleted on %(day)s",
                title=in_sight(petition).title,
                day=day,
            )
            yield Task(words, _("View"), url_for("organize.retention.edit", slug=petition.slug))


def kept_forever() -> Iterator[Task]:
    """Yield the petitions that keep personal data forever although nobody chose that."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if petition.retention_days is None and not keeps_by_choice(petition):
            words = _(
                "Choose how long the signatures of “%(title)s” are kept",
                title=in_sight(petition).title,
            )
            yield Task(words, _("Choose"), url_for("organize.retention.edit", slug=petition.slug))


def doubted_keys() -> Iterator[Task]:
    """Yield the doubted keys of partners: too many of their people had signed before.

    Signatures sent with such a key must be confirmed by their signers.
    """
    for key in keys_among(causes_where("keys.edit")) if may("keys.edit") else ():
        if key.doubted_at and not key.revoked_at:
            words = _(
                "Ask partner “%(name)s” why many of its people had already signed", name=key.name
            )
            yield Task(words, _("View"), url_for("organize.keys.index"))


def drafts() -> Iterator[Task]:
    for room, things, words in (
        ("petitions", petitions_among, _petition_drafts),
        ("events", events_among, _event_drafts),
        ("updates", updates_among, _update_drafts),
    ):
        if may(f"{room}.edit"):
            begun = [each for each in things(causes_where(f"{room}.edit")) if _is_begun(each)]
            if begun:
                yield Task(words(len(begun)), _("Write"), url_for(f"organize.{room}.index"))


def _is_begun(thing: Petition | Event | Update) -> bool:
    """Return whether a draft needs someone: it is neither archived nor scheduled for later."""
    at = getattr(thing, "publish_at", None)
    # A draft past its scheduled time lacks something, or it would have been published.
    return (
        thing.state == "draft"
        and not getattr(thing, "archived_at", None)
        and (at is None or at < utcnow() - LATE)
    )


def _hour(at: datetime, now: datetime) -> str:
    """Return the time of day of an instant today, and the date of any other."""
    there = at.astimezone(zone())
    if there.date() == now.astimezone(zone()).date():
        return clock_time(there, get_locale())
    return format_date(there, "medium", locale=get_locale())


def _petition_drafts(num: int) -> str:
    return ngettext("Finish %(num)s draft petition", "Finish %(num)s draft petitions", num)


def _event_drafts(num: int) -> str:
    return ngettext("Finish %(num)s event draft", "Finish %(num)s event drafts", num)


def _update_drafts(num: int) -> str:
    return ngettext("Finish %(num)s draft update", "Finish %(num)s draft updates", num)
