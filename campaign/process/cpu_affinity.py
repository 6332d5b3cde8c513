"""Pin each process to its own CPU.

If threads of one process ran on two CPUs, each handover of Python's global lock would empty the
caches of both.
"""

import os
import random
import socket

_held: list[socket.socket] = []


def pin_to_cpu() -> None:
    """Pin this process, for its lifetime, to a CPU that no other process of ours uses, if any.

    This costs nothing, because only one thread of a Python process computes at a time. It works
    on Linux only.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    processors = list(os.sched_getaffinity(0))
    # We cannot see other containers on this machine. A random order keeps them from all choosing
    # the same CPU.
    random.shuffle(processors)
    for number in processors:
        if _take(number):
            os.sched_setaffinity(0, {number})
            return


def _take(number: int) -> bool:
    """Claim a CPU by binding an abstract socket address and return whether it was free.

    The kernel gives the address to one process and frees it when that process ends.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0volante-processor-{number}")
    except OSError:
        claim.close()
        return False
    _held.append(claim)
    return True
