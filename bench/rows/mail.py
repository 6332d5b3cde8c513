"""Emails that ask to confirm: rendered and sent to a fast mail server, each second."""

import subprocess
import sys

from bench import sites
from bench.filling import queue_confirmations
from bench.processes import ROOT
from bench.report import Row

WANTED = 500
CONNECTIONS = 4
# About as large as an email that asks to confirm.
BYTES = 12_000
A_SECOND = 1000


def measure(scale, folder):
    """Yield for both databases how many emails leave in a second, and in one of processor time."""
    count = int(A_SECOND * scale.seconds)
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / kind
        site_folder.mkdir()
        url = sites.database_url(kind, site_folder, f"mail_{kind}")
        queue_confirmations(url, site_folder, count)
        with MailSink() as sink:
            [plain] = _run("bench.baselines.smtp", sink.port, CONNECTIONS, BYTES, count)
            seconds, processor, emails = _run("bench.mailing", url, site_folder, sink.port)
        assert emails == count
        assert sink.received == 2 * count
        rate = emails / seconds
        yield Row(
            f"emails rendered and sent, {sites.DATABASES[kind]}",
            f"{rate:,.0f}/s, {emails / processor:,.0f} in a second of one processor",
            f"{count / plain:,.0f}/s (one ready message by smtplib)",
            f"≥ {WANTED}/s",
            rate >= WANTED,
            f"{rate * plain / count:.2f} ×",
        )


class MailSink:
    """The fast mail server. Afterwards, `received` says how many emails it got."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.mail_sink"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_):
        output, _ = self._process.communicate()
        self.received = int(output)


def _run(module, *arguments):
    command = [sys.executable, "-m", module, *map(str, arguments)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return map(float, output.split())
