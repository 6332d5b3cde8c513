"""The letter as a kind of action."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.actions.letters.models import LETTER
from campaign.petitions.kinds import ActionKind, ActionTexts, register_kind

TEXTS = ActionTexts(
    noun=_l("Letter"),
    call=_l("Write a letter"),
    read_call=_l("Read and write"),
    form_title=_l("Write your letter"),
    closed=_l("This action is closed"),
    confirm_title=_l("Is this your letter?"),
    confirm_named=_l("%(name)s, is this your letter?"),
    confirm_lead=_l("Check what you wrote. Then press the button. Nothing is sent before that."),
    confirm_button=_l("Yes, this is my letter"),
    check_email=_l(
        "Open it and press the button to confirm your letter. Nothing is sent to anyone before that."
    ),
    ask_title=_l("Ask one person to write"),
    one=_l("letter"),
    many=_l("letters"),
)


def init_app(app: Flask) -> None:
    """Register the letter."""
    register_kind(
        app,
        ActionKind(
            name=LETTER,
            show="actions.show",
            submit="actions.respond",
            texts=TEXTS,
            has_comment=False,
        ),
    )
