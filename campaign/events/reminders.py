"""When people who are coming get reminders: a day before, and two hours before."""

from datetime import datetime, timedelta

DAY = timedelta(days=1)
HOURS = timedelta(hours=2)
DAY_REMINDER = "registration_reminder_day"
HOURS_REMINDER = "registration_reminder_hours"
REMINDERS = ((DAY, DAY_REMINDER), (HOURS, HOURS_REMINDER))


def passed_reminders(starts_at: datetime, now: datetime) -> int:
    """Return how many reminders are already past. A seat given later needs none of them."""
    return sum(starts_at - now <= before for before, _ in REMINDERS)
