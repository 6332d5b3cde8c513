"""Find ports for the servers of tests, and wait until they listen."""

import socket
import time
from contextlib import suppress

START_SECONDS = 60


def free_port():
    """Return a port on loopback that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for_port(port):
    """Wait until a server on loopback accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
