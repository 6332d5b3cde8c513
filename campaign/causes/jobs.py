"""Upkeep of causes."""

from campaign.causes.operations import publish_due_causes
from campaign.jobs.registry import BackgroundWork

work = BackgroundWork()
work.upkeep(publish_due_causes)
