"""A stopped clock that a test moves."""


class Clock:
    """Both clocks that our code reads, at `now` seconds."""

    def __init__(self, now=1000.0):
        self.now = now

    def monotonic(self):
        return self.now

    def time(self):
        return self.now
