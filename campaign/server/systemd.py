"""Take over a listening socket from systemd, and say when the process is ready."""

import os
import socket
from contextlib import suppress

# systemd passes its sockets from this descriptor on, see sd_listen_fds(3).
FIRST_DESCRIPTOR = 3


def take_socket() -> socket.socket | None:
    """Return the listening socket that this process was started with, or None.

    Processes that this one starts later do not see it as theirs.
    """
    is_ours = os.environ.pop("LISTEN_PID", None) == str(os.getpid())
    count = os.environ.pop("LISTEN_FDS", None)
    os.environ.pop("LISTEN_FDNAMES", None)
    return socket.socket(fileno=FIRST_DESCRIPTOR) if is_ours and count == "1" else None


def notify_ready() -> None:
    """Tell systemd that requests are answered now, if it waits for that."""
    address = os.environ.pop("NOTIFY_SOCKET", None)
    if address:
        # A name in the abstract namespace begins with a zero byte.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
            messages.sendto(b"READY=1", address.replace("@", "\0", 1))
