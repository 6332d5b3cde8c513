"""The letter as a kind of action."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.actions.letters.models import LETTER
from campaign.actions.letters.writing import note_counted
from campaign.petitions.kinds import ActionKind, register_kind


def init_app(app: Flask) -> None:
    """Register the letter."""
    register_kind(
        app,
        ActionKind(
            name=LETTER,
            show="actions.show",
            submit="actions.respond",
            noun=_l("Letter"),
            call=_l("Write a letter"),
            note_counted=note_counted,
        ),
    )
