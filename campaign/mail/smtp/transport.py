"""Send an email to a mail server, or write it to a folder. Failures are results, not exceptions."""

import os
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import cast

from campaign.mail.smtp.replies import CLOSING, Delivered, Refused, TryLater, Unreachable, classify
from campaign.mail.smtp.server_url import MailServer, server_from
from campaign.mail.smtp.session import (
    ACCEPTED,
    RECIPIENT_ACCEPTED,
    SEND_THE_MESSAGE,
    MessageStart,
    Reply,
    SmtpSession,
)
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
        self._session: SmtpSession | None = None
        self._used_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open. The server may have closed it since it was used."""
        return self._session is not None

    def send(self, envelope: Envelope) -> Delivered | Refused | TryLater | Unreachable:
        """Send the email, and return Delivered, Refused, TryLater or Unreachable."""
        try:
            start = self._begin_over_used(envelope)
            if start is None:
                problem = self._connect()
                if problem:
                    return problem
                start = self._begin(envelope)
            return self._deliver(envelope, start)
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
        """Connect and sign in without sending anything, and return Unreachable if that fails."""
        problem = self._connect()
        self.close()
        return problem

    def close_if_idle(self) -> None:
        """Close a connection that has been idle for a while."""
        if self._session and monotonic() - self._used_at > IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """End the session with the server, and close the connection."""
        if self._session:
            self._session.quit()
            self._session = None

    def _connect(self) -> Unreachable | None:
        try:
            self._session = SmtpSession(self._server, timeout=self._timeout)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            return Unreachable(_describe(error))
        return None

    def _begin_over_used(self, envelope: Envelope) -> MessageStart | None:
        """Begin the email over the open connection. Return None if there is none, or it has ended.

        Servers may end a used connection at any time, or after a number of emails.
        """
        if self._session:
            with suppress(smtplib.SMTPServerDisconnected):
                start = self._begin(envelope)
                if start.sender.code != CLOSING:
                    return start
            self._disconnect()
        return None

    def _begin(self, envelope: Envelope) -> MessageStart:
        return self._opened.begin(
            envelope.sender, envelope.recipient, needs_utf8=envelope.needs_utf8
        )

    @property
    def _opened(self) -> SmtpSession:
        return cast(SmtpSession, self._session)

    def _deliver(
        self, envelope: Envelope, start: MessageStart
    ) -> Delivered | Refused | TryLater | Unreachable:
        if start.sender.code != ACCEPTED:
            # This is about us, not about the recipient, and affects all our emails.
            self._cancel(start)
            reply = start.sender
            return Unreachable(f"sender: {reply.code} {reply.text.decode('utf-8', 'replace')}")
        recipient, data = cast(Reply, start.recipient), start.data
        if recipient.code not in RECIPIENT_ACCEPTED:
            self._cancel(start)
            return classify(*recipient)
        if data is None or data.code != SEND_THE_MESSAGE:
            self._cancel(start)
            return classify(*cast(Reply, data))
        reply = self._opened.send_message(envelope.data, timeout=self._data_timeout)
        return Delivered() if reply.code == ACCEPTED else classify(*reply)

    def _cancel(self, start: MessageStart) -> None:
        try:
            self._opened.cancel(start)
        except (OSError, smtplib.SMTPException):
            self._disconnect()

    def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session:
            session.close()


class FolderTransport:
    """Writes each email to a folder as `<time>-<id>.eml`, completely or not at all."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    @property
    def is_connected(self) -> bool:
        """Always true: a folder needs no connection."""
        return True

    def send(self, envelope: Envelope) -> Delivered | Unreachable:
        """Write the email to disk and return Delivered, or Unreachable if that fails."""
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
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
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
