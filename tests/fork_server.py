"""The fork server of `tests.preloaded`: it imports Volante, and forks a process for each command.

Usage: `python -m tests.fork_server DESCRIPTOR`, the number of a socket that keeps the boundaries of
messages. A message is a command in JSON, with the descriptors of its output, its errors and a pipe
for its exit code. The answer is the id of the process.
"""

import json
import os
import runpy
import select
import socket
import struct
import sys
import time
from contextlib import suppress

MAX_BYTES = 1_000_000
EXIT_CODE = struct.Struct("=i")


def main(descriptor):
    """Serve until the socket is closed. In a process forked for a command, run the command."""
    import wsgi  # noqa: F401, PLC0415

    command = _serve(socket.socket(fileno=descriptor))
    if command:
        _run(**command)


def _serve(connection):
    """Return the command in a process forked for it, and None when the tests have ended."""
    running = {}
    events = select.poll()
    events.register(connection, select.POLLIN)
    while True:
        for descriptor, _ in events.poll():
            if descriptor in running:
                events.unregister(descriptor)
                _report(descriptor, *running.pop(descriptor))
                continue
            message, (output, errors, report), _, _ = socket.recv_fds(connection, MAX_BYTES, 3)
            if not message:
                return None
            pid = os.fork()
            if not pid:
                for other, (_, its_report) in running.items():
                    os.close(other)
                    os.close(its_report)
                os.close(report)
                connection.close()
                return json.loads(message) | {"output": output, "errors": errors}
            os.close(output)
            os.close(errors)
            ended = os.pidfd_open(pid)
            running[ended] = pid, report
            events.register(ended, select.POLLIN)
            connection.send(str(pid).encode())


def _report(ended, pid, report):
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        os.write(report, EXIT_CODE.pack(os.waitstatus_to_exitcode(status)))
    os.close(report)
    os.close(ended)


def _run(arguments, environment, folder, output, errors):
    os.setsid()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    option, what, *rest = arguments
    if option == "-m":
        sys.argv = [what, *rest]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [option, *rest]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    main(int(sys.argv[1]))
