"""A fast mail server on loopback that accepts everything, in a separate process.

Usage: `python -m bench.mail_sink`. It prints its port, serves until its standard input ends, then
prints how many emails it got.
"""

import asyncio
import sys

END_OF_MESSAGE = b"\r\n.\r\n"
GREETING = b"220 sink ESMTP\r\n"
EXTENSIONS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"


class Sink(asyncio.Protocol):
    """One connection. `received` counts the emails of all."""

    received = 0

    def connection_made(self, transport):
        self.transport, self.buffer, self.is_message = transport, b"", False
        transport.write(GREETING)

    def data_received(self, data):
        self.buffer += data
        replies = []
        while (reply := self._next_reply()) is not None:
            replies.append(reply)
        self.transport.write(b"".join(replies))

    def _next_reply(self):
        """Return the reply to the next complete command or message, or None if there is none."""
        end = END_OF_MESSAGE if self.is_message else b"\r\n"
        unit, separator, rest = self.buffer.partition(end)
        if not separator:
            return None
        self.buffer = rest
        if self.is_message:
            self.is_message = False
            Sink.received += 1
            return b"250 accepted\r\n"
        command = unit[:4].upper()
        if command == b"DATA":
            self.is_message = True
            return b"354 go on\r\n"
        if command == b"EHLO":
            return EXTENSIONS
        return b"250 OK\r\n"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(Sink.received)


if __name__ == "__main__":
    asyncio.run(main())
