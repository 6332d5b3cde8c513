"""Tasks about mailings and letters that do not leave."""

from collections.abc import Iterator
from datetime import datetime

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.accounts.permissions import EVERYWHERE
from campaign.actions.letters.delivery.sending import SWITCH
from campaign.actions.letters.models import LETTER
from campaign.actions.letters.queries import stuck_letters, waiting_count
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import short_date
from campaign.mail.queries import waiting_since
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petition_summary
from campaign.organize.overview.task import LATE_AFTER, Task, figure
from campaign.organize.statistics.figures import zone
from campaign.petitions.queries import petitions_among
from campaign.switches.state import switched_off
from campaign.updates.mailing import mailings_among
from campaign.updates.queries import updates_among


def stuck_mail(now: datetime) -> Iterator[Task]:
    """Yield mailings that will not continue on their own, for people who may send them.

    Admins also learn when no email leaves at all.
    """
    updates = updates_among(causes_where("mail.send")) if may("mail.send") else ()
    mailings = mailings_among(update.id for update in updates)
    for update in updates:
        state = mailings[update.id].state if update.id in mailings else ""
        if state == "paused":
            text = _("Continue or stop the mailing of “%(title)s”", title=update.text(g.lang).title)
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
                "Check the background worker and the mail server: no email sent since %(time)s",
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


def letters_that_stay(now: datetime) -> Iterator[Task]:
    """Yield the actions whose letters do not leave, because they are turned off or stuck."""
    listed = petitions_among(causes_where("numbers.see")) if may("numbers.see") else ()
    actions = [petition for petition in listed if petition.action_kind == LETTER]
    waiting = waiting_count([action.id for action in actions])
    stuck = stuck_letters(list(waiting), now)
    for action in actions:
        is_off = switched_off(SWITCH, action.cause.organisation_id)
        if action.id in stuck or (is_off and action.id in waiting):
            count = waiting[action.id]
            text = ngettext(
                "Find out why %(figure)s letter of “%(title)s” is not sent",
                "Find out why %(figure)s letters of “%(title)s” are not sent",
                count,
                figure=figure(count),
                title=petition_summary(action).title,
            )
            yield Task(text, _("View"), url_for("organize.petitions.letters", slug=action.slug))
