"""Find ports for the servers of tests."""

import socket


def free_port():
    """Return a port on loopback that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
