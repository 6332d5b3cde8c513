"""The shape of a viral day: how many people sign in each of its hours."""

from collections.abc import Iterator
from typing import Final

# Signatures a minute. On 21 March 2019, the petitions site of the UK Parliament reported nearly
# 2,000, more than ever before.
DEFAULT_PEAK: Final = 2000
# The rate in each hour as a share of the peak. As on that day, a petition grew over night and was
# in the news in the morning. It peaked before noon, and was shared again in the evening. The site
# did not publish each hour, so these are estimates.
HOURS: Final = (
    *(0.30, 0.18, 0.10, 0.07, 0.06, 0.10),
    *(0.25, 0.50, 0.75, 0.95, 1.00, 0.95),
    *(0.85, 0.75, 0.70, 0.65, 0.60, 0.60),
    *(0.65, 0.75, 0.80, 0.80, 0.65, 0.45),
)
STEP_SECONDS: Final = 0.01


def share_at(part: float) -> float:
    """Return the rate at this part of the day (0 to 1) as a share of the peak."""
    position = part * len(HOURS) - 0.5
    before = min(max(int(position), 0), len(HOURS) - 1)
    after = min(before + 1, len(HOURS) - 1)
    weight = min(max(position - before, 0.0), 1.0)
    return HOURS[before] * (1 - weight) + HOURS[after] * weight


def arrivals(*, seconds: float, peak_per_minute: float) -> Iterator[float]:
    """Yield when each person arrives, in seconds from the start of a day of `seconds`.

    Only the day is shorter. The rates are those of a whole day, so that the site is as busy.
    """
    people = 0.0
    steps = round(seconds / STEP_SECONDS)
    for step in range(steps):
        people += share_at(step / steps) * peak_per_minute / 60 * STEP_SECONDS
        while people >= 1:
            people -= 1
            yield step * STEP_SECONDS
