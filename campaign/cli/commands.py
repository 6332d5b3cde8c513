"""Register all commands of `flask`."""

from flask import Flask

from campaign.cli import (
    backups,
    causes,
    database_copy,
    demo,
    kiosks,
    mail,
    montage,
    organisations,
    organizers,
    petitions,
    search,
    serving,
    signatures,
    subscriptions,
    surge,
    switches,
    targets,
    worker,
)
from campaign.cli.database_faults import make_errors_readable
from campaign.cli.doctor import command as doctor


def init_app(app: Flask) -> None:
    for module in (
        backups,
        causes,
        database_copy,
        demo,
        doctor,
        kiosks,
        mail,
        montage,
        organisations,
        organizers,
        petitions,
        search,
        serving,
        signatures,
        subscriptions,
        surge,
        switches,
        targets,
        worker,
    ):
        for command in module.COMMANDS:
            make_errors_readable(command)
            app.cli.add_command(command)
