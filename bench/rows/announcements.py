"""Emails about an answer to everyone who asked, while someone waits for an email to confirm."""

import subprocess
import sys
from datetime import date

from bench import sites
from bench.filling import application, confirmed_rows
from bench.processes import ROOT
from bench.report import Row
from bench.rows.mail import MailSink
from bench.sites import SLUG
from campaign.answers.announcement_models import AnnouncementTopic
from campaign.answers.announcements import begin_announcement
from campaign.answers.operations import AnswerContent, create_answer, publish_answer
from campaign.answers.recipients import people_by_language
from campaign.demo.signers import add_rows
from campaign.extensions import db, write
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow

# `--rows 500000` sets more.
PEOPLE = 20_000
WANTED_A_SECOND = 300
MAX_MEGABYTES = 400
MAX_DELAY_SECONDS = 5


def measure(_scale, folder, signatures=PEOPLE):
    """Yield for both databases how fast everyone gets the email, its memory, and who waits."""
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / kind
        site_folder.mkdir()
        url = sites.database_url(kind, site_folder, f"announcements_{kind}")
        people = _begin(url, site_folder, signatures)
        with MailSink() as sink:
            seconds, emailed, megabytes, delay = _run(url, site_folder, sink.port)
        assert emailed == people
        rate = emailed / seconds
        yield Row(
            f"people told of an answer, {sites.DATABASES[kind]}",
            f"{rate:,.0f}/s, {emailed:,.0f} in {seconds:,.0f} s",
            target=f"≥ {WANTED_A_SECOND}/s",
            reached=rate >= WANTED_A_SECOND,
        )
        yield Row(
            f"memory of the worker that tells them, {sites.DATABASES[kind]}",
            f"{megabytes:,.0f} MB",
            target=f"≤ {MAX_MEGABYTES} MB",
            reached=megabytes <= MAX_MEGABYTES,
        )
        yield Row(
            f"confirmation queued in the middle leaves after, {sites.DATABASES[kind]}",
            f"{delay:,.2f} s",
            target=f"≤ {MAX_DELAY_SECONDS} s",
            reached=delay <= MAX_DELAY_SECONDS,
        )


def _begin(url, folder, count):
    """Make a database in which so many people asked, and begin to email them. Return how many."""
    with application(url, folder).app_context():
        for rows in confirmed_rows(count):
            write(add_rows, [row | {"tell_answer": True} for row in rows])
        pending = {"state": "pending", "confirmed_at": None, "created_at": utcnow()}
        for rows in confirmed_rows(1, seed=8):
            write(add_rows, [row | pending | {"mailed_at": utcnow()} for row in rows])
        petition = petition_by_slug(SLUG)
        content = AnswerContent(
            target_id=petition.targets[0].id,
            answered_by="",
            day=date(2026, 11, 1),
            outcome="promised",
            original_lang="en",
            texts={"en": "We will publish the list.\n\n" * 20},
        )
        answer = write(create_answer, petition_id=petition.id, content=content, now=utcnow())
        write(publish_answer, answer_id=answer.id, now=utcnow())
        people = sum(people_by_language(petition.id, now=utcnow()).values())
        write(
            begin_announcement,
            topic=AnnouncementTopic(petition.id, answer.id),
            people=people,
            now=utcnow(),
        )
        db.engine.dispose()
    return people


def _run(*arguments):
    command = [sys.executable, "-m", "bench.announcements", *map(str, arguments)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return map(float, output.split())
