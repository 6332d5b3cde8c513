"""What waits for somebody: the tasks that the overview begins with, each told to who may do it."""

from campaign.lib.times import utcnow
from campaign.organize.overview import todo_people, todo_work
from campaign.organize.overview.todo_tables import at_events


def tasks_for_today():
    """Return the Tasks of who is signed in, in all their causes, the most pressing first."""
    now = utcnow()
    return [
        *todo_people.to_review(),
        *todo_people.to_seat(),
        *at_events(now),
        *todo_work.stuck_mail(now),
        *todo_work.failed_files(),
        *todo_people.from_paper(),
        *todo_work.doubted_keys(),
        *todo_work.data_to_go(),
        *todo_work.kept_forever(),
        *todo_work.drafts(),
    ]
