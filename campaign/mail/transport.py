"""Handing one message over: to a mail server, or to a folder. The answer is a fact, never an exception."""

import os
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from campaign.mail.server_url import server_from
from campaign.mail.smtp_replies import Delivered, TryLater, Unreachable, judge
from campaign.process.clock import utcnow

IDLE_SECONDS = 10
ANSWER_SECONDS = 15.0
# RFC 5321, 4.5.3.2.6: who gives up on a server before that sends the message twice.
DATA_SECONDS = 600.0


@dataclass(frozen=True)
class Envelope:
    """A message ready to travel: `data` is the whole message in bytes, with CRLF line ends."""

    id: int
    sender: str
    recipient: str
    needs_utf8: bool
    data: bytes


class SmtpTransport:
    """One connection to a mail server, opened when needed and kept for the next message; for one thread at a time."""

    def __init__(self, server, *, timeout=ANSWER_SECONDS, data_timeout=DATA_SECONDS):
        self._server = server
        self._timeout = timeout
        self._data_timeout = data_timeout
        self._smtp = None
        self._used_at = 0.0

    def send(self, envelope):
        """Hand the envelope over and return Delivered, Refused, TryLater or Unreachable."""
        try:
            self._get_ready()
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._hang_up()
            return Unreachable(_describe(error))
        try:
            return self._hand_over(envelope)
        except smtplib.SMTPNotSupportedError:
            return TryLater("the mail server cannot write to such an address")
        except (OSError, smtplib.SMTPException) as error:
            # It may or may not have the message; the Message-ID lets the receiver tell a second one.
            self._hang_up()
            return TryLater(_describe(error), server_ails=_timed_out(error))
        finally:
            self._used_at = monotonic()

    def rest(self):
        """Close a connection that has had nothing to do for a while."""
        if self._smtp and monotonic() - self._used_at > IDLE_SECONDS:
            self.close()

    def close(self):
        """Take leave of the server."""
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._hang_up()

    def _get_ready(self):
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.noop()[0] == 250:
                    return
            self._hang_up()
        self._connect()

    def _connect(self):
        server, context = self._server, ssl.create_default_context()
        common = {"local_hostname": server.hello or None, "timeout": self._timeout}
        if server.tls == "implicit":
            self._smtp = smtplib.SMTP_SSL(server.host, server.port, context=context, **common)
        else:
            self._smtp = smtplib.SMTP(server.host, server.port, **common)
        self._smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            self._smtp.starttls(context=context)
            self._smtp.ehlo()
        if server.user:
            self._smtp.login(server.user, server.password)

    def _hand_over(self, envelope):
        code, answer = self._open(envelope)
        if code != 250:
            # The server has not seen the recipient yet: this is about us, and so about all our mail.
            self._reset()
            return Unreachable(f"sender: {code} {answer.decode('utf-8', 'replace')}")
        code, answer = self._smtp.rcpt(envelope.recipient)
        if code in (250, 251):
            self._smtp.sock.settimeout(self._data_timeout)
            try:
                code, answer = self._smtp.data(envelope.data)
            except smtplib.SMTPDataError as error:
                code, answer = error.smtp_code, error.smtp_error
            self._smtp.sock.settimeout(self._timeout)
            if code == 250:
                return Delivered()
        self._reset()
        return judge(code, answer)

    def _open(self, envelope):
        """Begin the message; servers may end a used connection at any time, or after so many messages, so try twice."""
        if self._used_at:
            with suppress(smtplib.SMTPServerDisconnected):
                code, answer = self._greet(envelope)
                if code != 421:
                    return code, answer
            self._hang_up()
            self._connect()
        return self._greet(envelope)

    def _greet(self, envelope):
        options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.needs_utf8 else []
        return self._smtp.mail(envelope.sender, options)

    def _reset(self):
        with suppress(OSError, smtplib.SMTPException):
            if self._smtp.rset()[0] == 250:
                return
        self._hang_up()

    def _hang_up(self):
        smtp, self._smtp = self._smtp, None
        if smtp:
            smtp.close()


class FolderTransport:
    """Writes each message into a folder as `<time>-<id>.eml`, whole or not at all."""

    def __init__(self, folder):
        self._folder = Path(folder)

    def send(self, envelope):
        """Write the message to disk and return Delivered, or Unreachable where the folder cannot be written."""
        name = f"{utcnow():%Y%m%dT%H%M%S.%f}-{envelope.id}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._folder / name, envelope.data)
        except OSError as error:
            return Unreachable(_describe(error))
        return Delivered()

    def rest(self):
        """Nothing is held open."""

    def close(self):
        """Nothing is held open."""

    def _write(self, path, data):
        unfinished = path.with_suffix(".part")
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def transport_from(url, folder, *, hello="", timeout=ANSWER_SECONDS, data_timeout=DATA_SECONDS):
    """Return the transport for MAIL_URL `url`, or one that writes into `folder` where it is empty.

    `timeout` is in seconds, for each answer of the server; `data_timeout` for the one to the message itself. Raises ValueError
    for an address that cannot be read.
    """
    if not url:
        return FolderTransport(folder)
    return SmtpTransport(server_from(url, hello=hello), timeout=timeout, data_timeout=data_timeout)


def _timed_out(error):
    # smtplib hides a time-out behind a lost connection.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _describe(error):
    if _timed_out(error):
        return "the mail server did not answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
