"""Upkeep of targets: erase what was removed long ago."""

from campaign.jobs.registry import BackgroundWork
from campaign.targets.operations import erase_old

work = BackgroundWork()
work.upkeep(erase_old)
