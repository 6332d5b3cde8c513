"""Tell everyone who asked about an answer, as the worker does, in a separate process.

Usage: `python -m bench.announcements URL FOLDER PORT`. The mail server is on PORT of this machine.
It prints the seconds until all emails were queued, how many, and the peak megabytes. The last
number is how many seconds a confirmation waited that was queued in the middle.
"""

import sys
from threading import Event, Thread
from time import monotonic, sleep

from sqlalchemy import func, select

from bench.exporting import peak_megabytes
from bench.worker_app import create_worker_app
from campaign.answers.announcement_models import AnswerAnnouncement
from campaign.answers.announcements import JOB
from campaign.extensions import database_now, db, write
from campaign.jobs.operations import HEARTBEAT_SECONDS
from campaign.jobs.registry import background_work
from campaign.jobs.worker import CHECK_SECONDS, JobLoop, worker_context
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import enqueue
from campaign.signatures.models import Signature
from campaign.signatures.signing.repeats import CONFIRMATION

LOOK_SECONDS = 0.02


def main():
    url, folder, port = sys.argv[1:]
    app = create_worker_app(url, folder, MAIL_URL=f"smtp://127.0.0.1:{port}?tls=none")
    is_over = Event()
    for loop in (_queue, _deliver):
        Thread(target=loop, args=[app, is_over], daemon=True).start()
    begun = monotonic()
    with app.app_context():
        announcement = _announcement()
        _wait_until(lambda: _announcement().emailed >= announcement.people // 2)
        delay = _confirmation_delay()
        _wait_until(lambda: _announcement().state == "done")
        print(monotonic() - begun, _announcement().emailed, peak_megabytes(), delay)
    is_over.set()


def _queue(app, is_over):
    """Run the job as the worker's thread does."""
    context = worker_context(app, is_over)
    with app.app_context():
        loop = JobLoop(background_work(app).kinds[JOB], context)
    Thread(target=_beat, args=[app, context.on_heartbeat, is_over], daemon=True).start()
    while not is_over.is_set():
        with app.app_context():
            if not loop.run_next():
                sleep(CHECK_SECONDS)


def _deliver(app, is_over):
    """Send what is due, as the worker's thread does."""
    outbox = make_outbox_worker(app, write)
    Thread(target=_beat, args=[app, [outbox.renew_claims], is_over], daemon=True).start()
    while not is_over.is_set():
        with app.app_context():
            if not outbox.deliver_due(now=database_now()):
                sleep(LOOK_SECONDS)


def _beat(app, renewals, is_over):
    while not is_over.wait(HEARTBEAT_SECONDS):
        with app.app_context():
            for renew in renewals:
                renew()


def _announcement():
    db.session.rollback()
    return db.session.scalars(
        select(AnswerAnnouncement).execution_options(populate_existing=True)
    ).one()


def _confirmation_delay():
    """Queue a confirmation now and return the seconds until it was sent."""
    pending = db.session.scalars(select(Signature).where(Signature.state == "pending")).first()
    begun = monotonic()
    write(enqueue, kind=CONFIRMATION, subject_id=pending.id, lang=pending.lang)
    is_sent = (
        select(func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.kind == CONFIRMATION, OutboxMessage.state == "sent")
    )
    _wait_until(lambda: _count(is_sent))
    return monotonic() - begun


def _count(query):
    db.session.rollback()
    return db.session.scalar(query)


def _wait_until(holds):
    while not holds():
        sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
