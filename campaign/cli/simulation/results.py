"""What happened to the crowd, and which limit of the machine was reached."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_P99_SECONDS = 2.0
BUSY_CPU = 0.9
MIN_FREE_BYTES = 100 * 1024 * 1024

CPU = "CPU"
DATABASE = "database"
CONNECTIONS = "connections"
DISK = "disk"
THREADS = "threads"
CROWD = "crowd"
UNKNOWN = "unknown"
# What the site itself measured as its reason, by the limit that it stands for.
LIMIT_OF_REASON = {
    "processor": CPU,
    "threads": THREADS,
    "commits": DISK,
    "connections": CONNECTIONS,
    "database": DATABASE,
}


@dataclass
class SignReport:
    """What people who sign saw.

    `acknowledged` are the addresses of those whose signature was accepted, and `seconds` how long
    each waited from pressing the button until then. `unanswered` people never got there.
    `asked_again` counts answers that asked to try again, and `refused` failed connections. `late`
    is by how many seconds their program itself fell behind.
    """

    acknowledged: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0
    asked_again: int = 0
    refused: int = 0
    late: float = 0.0

    def p99(self) -> float | None:
        """Return the wait that 99 of 100 people did not exceed, in seconds.

        People who were never answered waited longer than any other. None means that they are more
        than one of 100, or that nobody signed.
        """
        return percentile(self.seconds, self.unanswered, 0.99)


@dataclass
class WatchReport:
    """What people who watch the count saw.

    `late` is by how many seconds their program itself fell behind.
    """

    responses: int = 0
    failures: int = 0
    slowest_interval_ms: int = 0
    late: float = 0.0

    def add(self, other: "WatchReport") -> None:
        """Add what others saw."""
        self.responses += other.responses
        self.failures += other.failures
        self.slowest_interval_ms = max(self.slowest_interval_ms, other.slowest_interval_ms)
        self.late = max(self.late, other.late)


@dataclass(frozen=True)
class SiteReport:
    """What was measured of the site and its machine: `stored` are the addresses in its database.

    `cpu` is the highest share of all processors in use, or None where that cannot be read.
    """

    stored: frozenset[str]
    level: int
    reason: str
    cpu: float | None
    free_bytes: int


@dataclass(frozen=True)
class Verdict:
    """Whether the day went well. If not, why: the limit that was reached, and what was lost."""

    passed: bool
    limit: str
    lost: tuple[str, ...]


def percentile(seconds: Iterable[float], unanswered: int, share: float) -> float | None:
    """Return the delay that this share of all did not exceed. Unanswered ones are the longest."""
    ordered = sorted(seconds)
    total = len(ordered) + unanswered
    index = min(total - 1, int(share * total))
    return ordered[index] if 0 <= index < len(ordered) else None


def judge(signing: SignReport, watching: WatchReport, site: SiteReport) -> Verdict:
    """Compare what was acknowledged with what is stored, and the wait with MAX_P99_SECONDS."""
    lost = tuple(address for address in signing.acknowledged if address not in site.stored)
    p99 = signing.p99()
    passed = not lost and p99 is not None and p99 < MAX_P99_SECONDS
    return Verdict(passed, "" if passed else _limit(signing, watching, site), lost)


def _limit(signing: SignReport, watching: WatchReport, site: SiteReport) -> str:
    """Return the most likely limit: first what excludes others."""
    if site.free_bytes < MIN_FREE_BYTES:
        return DISK
    if site.cpu is not None and site.cpu >= BUSY_CPU:
        return CPU
    if max(signing.late, watching.late) > MAX_P99_SECONDS / 2:
        return CROWD
    if site.level:
        return LIMIT_OF_REASON.get(site.reason, UNKNOWN)
    return CONNECTIONS if signing.refused else UNKNOWN
