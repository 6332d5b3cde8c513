"""A server that speaks as much of Redis's protocol as counting needs, with a fixed answer."""

from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

# What the client says about itself and its connection.
GREETINGS = (b"HELLO", b"CLIENT", b"SELECT")
COUNTED = b":1\r\n"
FULL = b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"


class _Handler(StreamRequestHandler):
    def handle(self):
        while (command := self._command()) is not None:
            known = command[0].upper() in GREETINGS
            self.wfile.write(b"+OK\r\n" if known else self.server.answer)

    def _command(self):
        line = self.rfile.readline()
        if not line:
            return None
        lengths = (int(self.rfile.readline()[1:]) for _ in range(int(line[1:])))
        return [self.rfile.read(length + 2)[:-2] for length in lengths]


@contextmanager
def redis_server(answer=COUNTED):
    """Run a server that answers each command with `answer`. Yield its URL."""
    with ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        server.answer, server.daemon_threads = answer, True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://:secret@127.0.0.1:{server.server_address[1]}/0"
        server.shutdown()
