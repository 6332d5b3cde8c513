"""The upkeep of the queue itself."""

from campaign.jobs.operations import note_worker, sweep_jobs
from campaign.jobs.registry import BackgroundWork

work = BackgroundWork()
work.upkeep(note_worker)
work.upkeep(sweep_jobs)
