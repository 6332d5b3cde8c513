"""Send all queued emails as the worker does, in a separate process, and print seconds and emails.

Usage: `python -m bench.mailing URL FOLDER PORT`. The mail server is on PORT of this machine.
"""

import sys
from threading import Thread
from time import monotonic, process_time, sleep

from bench.worker_app import create_worker_app
from campaign.extensions import database_now, write
from campaign.jobs.operations import HEARTBEAT_SECONDS
from campaign.mail.delivery.outbox_worker import make_outbox_worker


def main():
    url, folder, port = sys.argv[1:]
    app = create_worker_app(url, folder, MAIL_URL=f"smtp://127.0.0.1:{port}?tls=none")
    worker = make_outbox_worker(app, write)
    Thread(target=_renew_claims, args=[app, worker], daemon=True).start()
    begun, used, emails = monotonic(), process_time(), 0
    while sent := _deliver(app, worker):
        emails += sent
    print(monotonic() - begun, process_time() - used, emails)
    worker.close()


def _renew_claims(app, worker):
    while True:
        sleep(HEARTBEAT_SECONDS)
        with app.app_context():
            worker.renew_claims()


def _deliver(app, worker):
    with app.app_context():
        return worker.deliver_due(now=database_now())


if __name__ == "__main__":
    main()
