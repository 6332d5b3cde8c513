"""The deletion of what a crash left in the scratch folder."""

from campaign.files.scratch import sweep_scratch
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext

SWEEP_SECONDS = 600

work = BackgroundWork()


@work.periodic(seconds=SWEEP_SECONDS)
def sweep_files(worker: WorkerContext) -> None:
    """Delete files and folders in the scratch folder that nobody writes to any longer."""
    sweep_scratch(worker.settings)
