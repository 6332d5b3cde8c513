"""The job that queues the emails of a message to the people registered, and its upkeep."""

from campaign.events.messages.operations import message_sender
from campaign.jobs.registry import BackgroundWork

work = BackgroundWork()
message_sender.add_to(work)
