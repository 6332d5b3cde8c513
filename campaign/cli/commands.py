"""Register all commands of `flask`."""

from flask import Flask

from campaign.cli import (
    backups,
    demonstration,
    kiosks,
    mail,
    montage,
    organizers,
    petitions,
    search,
    serving,
    signatures,
    worker,
)
from campaign.cli.database_faults import in_words


def init_app(app: Flask) -> None:
    for part in (
        backups,
        demonstration,
        kiosks,
        mail,
        montage,
        organizers,
        petitions,
        search,
        serving,
        signatures,
        worker,
    ):
        for command in part.COMMANDS:
            in_words(command)
            app.cli.add_command(command)
