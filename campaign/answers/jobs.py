"""The job that queues the emails about an answer or a result, and upkeep of who got them."""

from campaign.answers.announcements import announcement_sender
from campaign.jobs.registry import BackgroundWork

work = BackgroundWork()
announcement_sender.add_to(work)
work.upkeep(announcement_sender.tell_approved)
