"""One session with a mail server: several commands at once, if the server takes them (RFC 2920)."""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast

from campaign.mail.smtp.server_url import MailServer

ACCEPTED = 250
RECIPIENT_ACCEPTED = (250, 251)
SEND_THE_MESSAGE = 354


class Reply(NamedTuple):
    """A reply of the server: its code, and its text in bytes."""

    code: int
    text: bytes


class MessageStart(NamedTuple):
    """The replies to sender, recipient and DATA, as far as the server was asked.

    If `data` is accepted, the server waits for the message.
    """

    sender: Reply
    recipient: Reply | None = None
    data: Reply | None = None


class SmtpSession:
    """An open connection to a mail server, signed in. Raises OSError and SMTPException."""

    def __init__(self, server: MailServer, *, timeout: float) -> None:
        self._timeout = timeout
        context = ssl.create_default_context()
        options: dict[str, Any] = {"local_hostname": server.hello or None, "timeout": timeout}
        self._smtp: smtplib.SMTP
        if server.tls == "implicit":
            self._smtp = smtplib.SMTP_SSL(server.host, server.port, context=context, **options)
        else:
            self._smtp = smtplib.SMTP(server.host, server.port, **options)
        try:
            # The end of a message must not wait until the server has confirmed its beginning.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._smtp.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                self._smtp.starttls(context=context)
                self._smtp.ehlo()
            if server.user:
                self._smtp.login(server.user, server.password)
        except BaseException:
            self._smtp.close()
            raise

    def begin(self, sender: str, recipient: str, *, needs_utf8: bool) -> MessageStart:
        """Name sender and recipient, and ask to send a message.

        Raises SMTPNotSupportedError if the server cannot write to such an address.
        """
        if needs_utf8 and not self._smtp.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("SMTPUTF8")
        options = " SMTPUTF8 BODY=8BITMIME" if needs_utf8 else ""
        commands = (f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{recipient}>", "DATA")
        if self._smtp.has_extn("pipelining"):
            self._send(commands)
            return MessageStart(self._reply(), self._reply(), self._reply())
        replies: list[Reply] = []
        for command, accepted in zip(
            commands, ((ACCEPTED,), RECIPIENT_ACCEPTED, (SEND_THE_MESSAGE,)), strict=True
        ):
            self._send([command])
            replies.append(self._reply())
            if replies[-1].code not in accepted:
                break
        return MessageStart(*replies)

    def send_message(self, data: bytes, *, timeout: float) -> Reply:
        """Send the whole message, with CRLF line ends. Wait `timeout` seconds for the reply."""
        dot_at_start = b"." if data.startswith(b".") else b""
        line_end = b"" if data.endswith(b"\r\n") else b"\r\n"
        stuffed = dot_at_start + data.replace(b"\r\n.", b"\r\n..") + line_end + b".\r\n"
        self._socket.settimeout(timeout)
        self._smtp.send(stuffed)
        reply = self._reply()
        self._socket.settimeout(self._timeout)
        return reply

    def cancel(self, start: MessageStart) -> None:
        """End a message that was begun and is not sent, so that another one can begin."""
        if start.data is not None and start.data.code == SEND_THE_MESSAGE:
            # The server asked for the message although it knows nobody to give it to.
            self.send_message(b"", timeout=self._timeout)
        self._send(["RSET"])
        reply = self._reply()
        if reply.code != ACCEPTED:
            raise smtplib.SMTPResponseException(*reply)

    def quit(self) -> None:
        """End the session, and close the connection."""
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()
        self._smtp.close()

    def close(self) -> None:
        """Close the connection."""
        self._smtp.close()

    @property
    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._smtp.sock)

    def _send(self, commands: Sequence[str]) -> None:
        lines = "".join(f"{command}\r\n" for command in commands)
        self._smtp.send(lines.encode())

    def _reply(self) -> Reply:
        return Reply(*self._smtp.getreply())
