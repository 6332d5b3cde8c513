"""Simulate a process that ends between two transactions, or in the middle of one."""

from campaign.extensions import write


class PowerCut(BaseException):
    """The end of a process, which runs no more of our code."""


def stopped_after(parts):
    """Return a `write` whose process ends after this many parts, with the next one half done."""
    left = iter(range(parts))

    def write_until(operation, *arguments):
        def half(*given):
            outcome = operation(*given)
            if next(left, None) is None:
                raise RuntimeError("the power went")
            return outcome

        return write(half, *arguments)

    return write_until
