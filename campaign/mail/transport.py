"""Send an email to a mail server, or write it to a folder. Failures are results, not exceptions."""

import os
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from time import monotonic
from typing import Any, cast

from campaign.mail.server_url import MailServer, server_from
from campaign.mail.smtp_replies import Delivered, Refused, TryLater, Unreachable, classify
from campaign.process.clock import utcnow

IDLE_SECONDS = 10
ANSWER_SECONDS = 15.0
# RFC 5321, 4.5.3.2.6: a client that gives up on a server earlier sends the email twice.
DATA_SECONDS = 600.0


@dataclass(frozen=True)
class Envelope:
    """An email ready to send. `data` is the whole message in bytes, with CRLF line ends."""

    id: int
    sender: str
    recipient: str
    needs_utf8: bool
    data: bytes


class SmtpTransport:
    """One connection to a mail server, opened when needed and reused, for one thread at a time."""

    def __init__(
        self,
        server: MailServer,
        *,
        timeout: float = ANSWER_SECONDS,
        data_timeout: float = DATA_SECONDS,
    ) -> None:
        self._server = server
        self._timeout = timeout
        self._data_timeout = data_timeout
        # Any, because it is a connection wherever it is used without a test.
        self._smtp: smtplib.SMTP | Any = None
        self._used_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open. The server may have closed it since it was used."""
        return self._smtp is not None

    def send(self, envelope: Envelope) -> Delivered | Refused | TryLater | Unreachable:
        """Send the email, and return Delivered, Refused, TryLater or Unreachable."""
        problem = self._connection_problem()
        if problem:
            return problem
        try:
            return self._deliver(envelope)
        except smtplib.SMTPNotSupportedError:
            return TryLater("the mail server cannot write to such an address")
        except (OSError, smtplib.SMTPException) as error:
            # The server may have the email already. The Message-ID lets the receiver recognize a
            # second copy.
            self._disconnect()
            return TryLater(_describe(error), server_unavailable=_timed_out(error))
        finally:
            self._used_at = monotonic()

    def check(self) -> Unreachable | None:
        """Connect and sign in without sending anything; return Unreachable if that fails."""
        problem = self._connection_problem()
        self.close()
        return problem

    def close_if_idle(self) -> None:
        """Close a connection that has been idle for a while."""
        if self._smtp and monotonic() - self._used_at > IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """End the session with the server, and close the connection."""
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._disconnect()

    def _connection_problem(self) -> Unreachable | None:
        try:
            self._ensure_connected()
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._disconnect()
            return Unreachable(_describe(error))
        return None

    def _ensure_connected(self) -> None:
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.noop()[0] == 250:
                    return
            self._disconnect()
        self._connect()

    def _connect(self) -> None:
        server, context = self._server, ssl.create_default_context()
        options: dict[str, Any] = {"local_hostname": server.hello or None, "timeout": self._timeout}
        if server.tls == "implicit":
            self._smtp = smtplib.SMTP_SSL(server.host, server.port, context=context, **options)
        else:
            self._smtp = smtplib.SMTP(server.host, server.port, **options)
        self._smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            self._smtp.starttls(context=context)
            self._smtp.ehlo()
        if server.user:
            self._smtp.login(server.user, server.password)

    def _deliver(self, envelope: Envelope) -> Delivered | Refused | TryLater | Unreachable:
        code, reply = self._begin(envelope)
        if code != 250:
            # The server has not seen the recipient yet, so this is about us and affects all our
            # emails.
            self._reset()
            return Unreachable(f"sender: {code} {reply.decode('utf-8', 'replace')}")
        code, reply = self._smtp.rcpt(envelope.recipient)
        if code in (250, 251):
            cast(socket, self._smtp.sock).settimeout(self._data_timeout)
            try:
                code, reply = self._smtp.data(envelope.data)
            except smtplib.SMTPDataError as error:
                code, reply = error.smtp_code, cast(bytes, error.smtp_error)
            cast(socket, self._smtp.sock).settimeout(self._timeout)
            if code == 250:
                return Delivered()
        self._reset()
        return classify(code, reply)

    def _begin(self, envelope: Envelope) -> tuple[int, bytes]:
        """Begin the email, and retry once on a new connection.

        Servers may end a used connection at any time, or after a number of emails.
        """
        if self._used_at:
            with suppress(smtplib.SMTPServerDisconnected):
                code, reply = self._set_sender(envelope)
                if code != 421:
                    return code, reply
            self._disconnect()
            self._connect()
        return self._set_sender(envelope)

    def _set_sender(self, envelope: Envelope) -> tuple[int, bytes]:
        options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.needs_utf8 else []
        return self._smtp.mail(envelope.sender, options)

    def _reset(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            if self._smtp.rset()[0] == 250:
                return
        self._disconnect()

    def _disconnect(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp:
            smtp.close()


class FolderTransport:
    """Writes each email to a folder as `<time>-<id>.eml`, completely or not at all."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    @property
    def is_connected(self) -> bool:
        """Whether it is ready: always, as a folder needs no connection."""
        return True

    def send(self, envelope: Envelope) -> Delivered | Unreachable:
        """Write the email to disk; return Delivered, or Unreachable if that fails."""
        name = f"{utcnow():%Y%m%dT%H%M%S.%f}-{envelope.id}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._folder / name, envelope.data)
        except OSError as error:
            return Unreachable(_describe(error))
        return Delivered()

    def close_if_idle(self) -> None:
        """Do nothing, because nothing is held open."""

    def close(self) -> None:
        """Do nothing, because nothing is held open."""

    def _write(self, path: Path, data: bytes) -> None:
        unfinished = path.with_suffix(".part")
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def transport_from(
    url: str,
    folder: str | Path,
    *,
    hello: str = "",
    timeout: float = ANSWER_SECONDS,
    data_timeout: float = DATA_SECONDS,
) -> SmtpTransport | FolderTransport:
    """Return the transport for MAIL_URL `url`, or one that writes to `folder` if it is empty.

    Each reply of the server may take `timeout` seconds, and the reply to the email itself
    `data_timeout` seconds. Raises ValueError for a URL that cannot be parsed.
    """
    if not url:
        return FolderTransport(folder)
    return SmtpTransport(server_from(url, hello=hello), timeout=timeout, data_timeout=data_timeout)


def _timed_out(error: Exception) -> bool:
    # smtplib reports a timeout as a lost connection.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _describe(error: Exception) -> str:
    if _timed_out(error):
        return "the mail server did not answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
