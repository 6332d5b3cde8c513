"""Collect the tasks that the overview begins with, each for people who may do it."""

from campaign.organize.overview import people_tasks, work_tasks
from campaign.organize.overview.table_tasks import at_events
from campaign.organize.overview.task import Task
from campaign.process.clock import utcnow


def tasks_for_today() -> list[Task]:
    """Return the Tasks of the signed-in organizer in all their causes, the most urgent first."""
    now = utcnow()
    return [
        *people_tasks.to_review(),
        *people_tasks.to_seat(),
        *at_events(now),
        *work_tasks.stuck_mail(now),
        *work_tasks.failed_files(),
        *people_tasks.from_paper(),
        *work_tasks.doubted_keys(),
        *work_tasks.data_to_go(),
        *work_tasks.kept_forever(),
        *work_tasks.drafts(),
    ]
