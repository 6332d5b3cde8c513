"""The tasks that the overview begins with, each for people who may do it."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.api.queries import keys_among
from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.organize.core.identity import causes_where, may
from campaign.organize.overview.answer_tasks import answers_to_read, missing_results, people_to_tell
from campaign.organize.overview.event_tasks import at_events
from campaign.organize.overview.file_tasks import (
    failed_files,
    failed_subscriber_files,
    open_imports,
)
from campaign.organize.overview.mail_tasks import letters_that_stay, stuck_mail
from campaign.organize.overview.petition_tasks import (
    deliveries_due,
    scheduled_erasures,
    unlimited_retentions,
)
from campaign.organize.overview.review_tasks import held_registrations, to_review
from campaign.organize.overview.task import LATE_AFTER, Task
from campaign.organize.setup.steps import setup_steps
from campaign.petitions.models import Petition
from campaign.petitions.queries import petitions_among
from campaign.process.clock import utcnow
from campaign.updates.models import Update
from campaign.updates.queries import updates_among


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


def tasks_for_today() -> list[Task]:
    """Return the Tasks of the signed-in organizer in all their causes, the most urgent first."""
    now = utcnow()
    return [
        *to_review(),
        *answers_to_read(),
        *people_to_tell(now),
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
