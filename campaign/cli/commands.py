"""The commands that `flask` carries."""

from campaign.cli import backups, demonstration, kiosks, mail, montage, organizers, petitions, search, serving, signatures, working


def init_app(app):
    for part in (backups, demonstration, kiosks, mail, montage, organizers, petitions, search, serving, signatures, working):
        for command in part.COMMANDS:
            app.cli.add_command(command)
