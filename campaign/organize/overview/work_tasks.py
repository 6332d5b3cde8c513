"""What stands still or comes up in our own work: tables, mailings, files, data that is about to go, drafts."""

from datetime import timedelta

from babel.dates import format_date
from flask import g, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from campaign.accounts.permissions import EVERYWHERE
from campaign.api.queries import keys_among
from campaign.events.queries import events_among
from campaign.exports.export_queries import exports_of
from campaign.i18n.clock_times import clock_time
from campaign.mail.queries import waiting_since
from campaign.organize.identity import causes_where, may, organizer
from campaign.organize.overview.task import Task
from campaign.organize.scope import in_sight, petitions_where
from campaign.organize.statistics.figures import zone
from campaign.petitions.queries import petitions_among
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erases_at, keeps_by_choice
from campaign.updates.mailing import mailings_among
from campaign.updates.queries import updates_among

# A letter that waits longer was taken up by nobody, and a draft by nobody either.
LATE = timedelta(minutes=15)


def stuck_mail(now):
    """Mailings that go no further by themselves, to who may let them go on; to admins, that nothing is sent at all."""
    updates = updates_among(causes_where("mail.send")) if may("mail.send") else ()
    mailings = mailings_among(update.id for update in updates)
    for update in updates:
        state = mailings[update.id].state if update.id in mailings else ""
        if state == "paused":
            words = _(
                "Let the mailing of “%(title)s” go on, or stop it", title=update.text(g.lang).title
            )
        elif state in ("planned", "sending") and update.state == "draft":
            words = _(
                "“%(title)s” was taken back, and its mailing waits", title=update.text(g.lang).title
            )
        else:
            continue
        yield Task(words, _("See"), url_for("organize.mail.show", slug=update.slug))
    if causes_where("mail.send") is EVERYWHERE and (since := waiting_since(now - LATE)):
        yield Task(
            _(
                "No letter has gone out since %(time)s: look at worker and mail server",
                time=_hour(since, now),
            ),
            _("See"),
            url_for("organize.mail.index"),
        )


def failed_files():
    """The files that who is signed in asked for, and that could not be made."""
    ids = (
        [petition.id for petition in petitions_where("signatures.export")]
        if may("signatures.export")
        else []
    )
    for export in exports_of(ids):
        if export.organizer_id == organizer().id and export.state == "failed":
            words = _("Have file %(number)s made again: it could not be finished", number=export.id)
            yield Task(words, _("See"), url_for("organize.exports.show", export_id=export.id))


def data_to_go():
    """The petitions whose owners were told that personal data is about to be erased."""
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
                "Who signed “%(title)s” is erased on %(day)s",
                title=in_sight(petition).title,
                day=day,
            )
            yield Task(words, _("See"), url_for("organize.retention.edit", slug=petition.slug))


def kept_forever():
    """The petitions whose personal data has no end, and nobody has chosen that."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if petition.retention_days is None and not keeps_by_choice(petition):
            words = _(
                "Choose how long the signatures of “%(title)s” are kept",
                title=in_sight(petition).title,
            )
            yield Task(words, _("Choose"), url_for("organize.retention.edit", slug=petition.slug))


def doubted_keys():
    """The keys of partners whose signatures their owners confirm, as too many of them had signed before."""
    for key in keys_among(causes_where("keys.edit")) if may("keys.edit") else ():
        if key.doubted_at and not key.revoked_at:
            words = _(
                "Ask partner “%(name)s” why many of its people had signed before", name=key.name
            )
            yield Task(words, _("See"), url_for("organize.keys.index"))


def drafts():
    for room, things, words in (
        ("petitions", petitions_among, _petition_drafts),
        ("events", events_among, _event_drafts),
        ("updates", updates_among, _update_drafts),
    ):
        if may(f"{room}.edit"):
            begun = [each for each in things(causes_where(f"{room}.edit")) if _is_begun(each)]
            if begun:
                yield Task(words(len(begun)), _("Write"), url_for(f"organize.{room}.index"))


def _is_begun(thing):
    """Return whether a draft waits for somebody: not one in the archive, nor one that goes out by itself."""
    at = getattr(thing, "publish_at", None)
    # Whose hour has passed lacks something, or it would be out.
    return (
        thing.state == "draft"
        and not getattr(thing, "archived_at", None)
        and (at is None or at < utcnow() - LATE)
    )


def _hour(at, now):
    """Return an hour of today as clocks show it, and a day where it was another."""
    there = at.astimezone(zone())
    if there.date() == now.astimezone(zone()).date():
        return clock_time(there, get_locale())
    return format_date(there, "medium", locale=get_locale())


def _petition_drafts(num):
    return ngettext("Finish %(num)s draft of a petition", "Finish %(num)s drafts of petitions", num)


def _event_drafts(num):
    return ngettext("Finish %(num)s draft of an event", "Finish %(num)s drafts of events", num)


def _update_drafts(num):
    return ngettext("Finish %(num)s draft of an update", "Finish %(num)s drafts of updates", num)
