"""A mail server on loopback that answers as a test scripts it."""

import asyncio
import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.ports import free_port


class Script:
    """The server's answers, and what it received: `received` is a list of (recipient, bytes).

    `to` holds the answers for one recipient, `to_sender` those for every sender. They are given
    one after the other, and the last one repeats. `to_data` is the answer to every message, after
    a delay of `data_seconds`. A message to a recipient in `thinks_about` is answered once the
    test removes the recipient. With `takes_several_commands` the server offers PIPELINING.
    """

    def __init__(self):
        self.received = []
        self.attempts = []
        self.connections = 0
        self.to = {}
        self.to_sender = ["250 OK"]
        self.to_data = "250 OK"
        self.data_seconds = 0.0
        self.thinks_about = set()
        self.hangs_up_after_message = False
        self.takes_several_commands = False

    @property
    def recipients(self):
        return [recipient for recipient, _ in self.received]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        if self.takes_several_commands:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = _next(self.to_sender)
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.attempts.append(address)
        answer = _next(self.to.get(address, ["250 OK"]))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.data_seconds)
        while self.thinks_about.intersection(envelope.rcpt_tos):  # noqa: ASYNC110
            # The tests change the set from another thread.
            await asyncio.sleep(0.01)
        if self.to_data.startswith("2"):
            self.received += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        if self.hangs_up_after_message:
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
        return self.to_data


def _next(answers):
    return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def mail_server(script, *, port=None, refuse_login=False):
    """Run a server with `script` and yield its MAIL_URL."""
    port = port or free_port()
    login = {}
    if refuse_login:
        login = {
            "authenticator": lambda *_: AuthResult(success=False, handled=False),
            "auth_require_tls": False,
        }
    controller = Controller(script, "127.0.0.1", port, enable_SMTPUTF8=True, **login)
    controller.start()
    try:
        yield f"smtp://{'amalia:secret@' if refuse_login else ''}127.0.0.1:{port}?tls=none"
    finally:
        controller.stop()


@contextmanager
def silent_server():
    """Yield the MAIL_URL of a server that accepts connections and never sends anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}?tls=none"
