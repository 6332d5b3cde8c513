"""A processor for each process: where Python's lock wanders between two, every hand-over empties their caches."""

import os
import random
import socket

_held = []


def pin_to_cpu():
    """Bind this process to a processor that no other one of ours has, if there is such; for as long as it lives.

    Only one thread of a Python process computes at a time, so it loses nothing. Only Linux can do this.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    processors = list(os.sched_getaffinity(0))
    # Other containers of this machine cannot be seen: so that not all choose the same, let chance decide.
    random.shuffle(processors)
    for number in processors:
        if _take(number):
            os.sched_setaffinity(0, {number})
            return


def _take(number):
    """Take the processor's name, an abstract address that the kernel gives to one process and frees when that ends."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0volante-processor-{number}")
    except OSError:
        mark.close()
        return False
    _held.append(mark)
    return True
