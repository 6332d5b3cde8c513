"""The upkeep of the queue itself."""

from campaign.jobs.operations import sweep_jobs
from campaign.jobs.registry import BackgroundWork

work = BackgroundWork()
work.upkeep(sweep_jobs)
