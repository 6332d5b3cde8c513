"""When those who come are reminded: a day before, and two hours before."""

from datetime import timedelta

DAY = timedelta(days=1)
HOURS = timedelta(hours=2)
DAY_REMINDER = "registration_reminder_day"
HOURS_REMINDER = "registration_reminder_hours"
REMINDERS = ((DAY, DAY_REMINDER), (HOURS, HOURS_REMINDER))


def passed_reminders(starts_at, now):
    """Return how many reminders have had their hour: whoever gets a seat later needs none of them."""
    return sum(starts_at - now <= before for before, _ in REMINDERS)
